"""The timeline's modules by themselves, in a real browser, over seeded paths and in virtual time."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from page_visitor import PATIENCE_MS
from player_stage import open_stage
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

Check = Callable[..., Any]
State = dict[str, Any]


def path(up: float, down: float, jitter: float = 0, **more: Any) -> State:
    """Describe a path by its delays and jitter in ms."""
    ways = {"up": {"delayMs": up, "jitterMs": jitter}, "down": {"delayMs": down, "jitterMs": jitter}}
    return {**ways, **more}


FROZEN = {"everyMs": 20_000, "forMs": 1000}
PATHS = {
    "1/1": (path(1, 1), 2, 4),
    "20/20±5": (path(20, 20, 5), 4, 6),
    "80/40±20": (path(80, 40, 20), 6, 10),
    "150/150±60": (path(150, 150, 60), 12, 20),
    "300/100±100 that freezes": (path(300, 100, 100, freeze=FROZEN), 20, 50),
}


@pytest.fixture(scope="module")
def check(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """What calls a check in the page by its name."""
    with open_stage(tmp_path_factory.mktemp("clips")) as stage:
        page = browser.new_context().new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(stage.url.replace("index.html", "empty.html"))
        call = "async ([name, given]) => (await import('/page/checks.js'))[name](...given)"
        yield lambda name, *given: page.evaluate(call, [name, given])
        page.context.close()


def p95(errors: list[float]) -> float:
    return quantiles([abs(error) for error in errors], n=20)[-1]


@pytest.mark.parametrize("ppm", [100, -100])
@pytest.mark.parametrize(("way", "late_ms", "early_ms"), PATHS.values(), ids=PATHS)
def test_the_clock_is_right_but_for_half_the_asymmetry(
    check: Check, way: State, late_ms: float, early_ms: float, ppm: int
) -> None:
    found = check("clockErrors", {**way, "ppm": ppm, "seed": 5})
    half = (way["up"]["delayMs"] - way["down"]["delayMs"]) / 2
    assert found["synced"]
    assert p95([error - half for error in found["early"]]) < early_ms
    assert p95([error - half for error in found["late"]]) < late_ms
    shortest = way["up"]["delayMs"] + way["down"]["delayMs"] - 2 * way["up"]["jitterMs"]
    assert shortest / 2 <= found["boundMs"] < shortest / 2 + 40
    assert found["delayMs"] >= found["boundMs"]


def test_small_corrections_of_the_clock_are_too_slow_to_be_seen(check: Check) -> None:
    steps = check("clockSteps", path(60, 60, ppm=50), 40)
    assert sum(steps) < -5  # the shorter way up shows that the hub's clock is behind what was believed
    assert max(abs(step) for step in steps) <= 0.5 + 0.02  # 5 ms/s, and the skew


def test_large_corrections_of_the_clock_come_at_once(check: Check) -> None:
    steps = check("clockSteps", path(200, 60), 60)
    assert min(steps) < -50


def test_another_process_of_the_hub_is_another_clock(check: Check) -> None:
    found = check("otherNode", 123_456)
    assert found["before"]["synced"]
    assert not found["first"]["synced"]
    assert found["first"]["pauseMs"] == 60
    assert found["after"]["synced"]
    for moment in ("before", "first", "after"):
        assert abs(found[moment]["errorMs"]) < 1, moment


def test_exchanges_come_in_a_burst_and_then_now_and_then(check: Check) -> None:
    playing = check("pauses", path(20, 20), True)
    assert playing["first"] == [60] * 9 + [2000] * 5
    assert playing["woken"] == [60] * 9 + [2000] * 2
    assert check("pauses", path(20, 20), False)["steady"] == 10_000
    assert check("pauses", path(150, 150, 60), True)["steady"] == 1000  # an uneven path is asked more often


def test_what_cannot_be_is_not_believed(check: Check) -> None:
    assert check("nonsense") == {"synced": False, "knows": False, "bounded": False}


def playing(seq: int, t0: int, position_ms: int, **more: Any) -> State:
    return {"seq": seq, "status": "playing", "t0": t0, "position_ms": position_ms, **more}


def paused(seq: int, t0: int, position_ms: int, **more: Any) -> State:
    return {**playing(seq, t0, position_ms, **more), "status": "paused"}


def test_what_is_not_newer_is_not_taken(check: Check) -> None:
    other = {"epoch": "f"}
    states = [
        paused(3, 0, 10),
        paused(3, 0, 20),
        paused(2, 0, 30),
        paused(4, 0, 40),
        paused(1, 0, 50, **other),
        paused(9, 0, 60),
        paused(2, 0, 70, **other),
    ]
    found = check("follow", states, [5])
    assert found["news"] == [True, False, False, True, True, False, True]
    assert found["at"][0]["positionMs"] == 70


def test_nothing_is_played_before_the_first_state(check: Check) -> None:
    nothing = check("follow", [], [5])["at"][0]
    assert (nothing["status"], nothing["item"], nothing["coming"]) == ("lobby", None, None)


def test_a_play_takes_effect_in_time_and_not_before(check: Check) -> None:
    before, at, after = check("follow", [paused(1, 0, 500), playing(2, 1000, 500)], [900, 1000, 1250])["at"]
    assert (before["status"], before["positionMs"], before["startsInMs"]) == ("paused", 500, 100)
    assert before["coming"] == {"positionMs": 500, "rate": 1, "t0": 1000, "jump": True}
    assert (at["status"], at["positionMs"], at["coming"]) == ("playing", 500, None)
    assert after["positionMs"] == 750


def test_what_was_before_goes_on_until_a_seek_takes_effect(check: Check) -> None:
    states = [playing(1, 0, 0), playing(2, 1000, 60_000)]
    before, after = check("follow", states, [900, 1100])["at"]
    assert (before["positionMs"], before["coming"]["jump"]) == (900, True)
    assert after["positionMs"] == 60_100


def test_another_speed_is_no_jump(check: Check) -> None:
    before, after = check("follow", [playing(1, 0, 0), playing(2, 1000, 1000, rate=1.5)], [900, 1200])["at"]
    assert (before["positionMs"], before["rate"], before["coming"]["jump"]) == (900, 1, False)
    assert (after["positionMs"], after["rate"]) == (1300, 1.5)


def test_who_joins_before_the_start_waits_where_it_starts(check: Check) -> None:
    joined = check("follow", [playing(7, 1000, 4000)], [800])["at"][0]
    assert (joined["status"], joined["positionMs"], joined["startsInMs"]) == ("paused", 4000, 200)


def test_a_pause_is_at_once_and_undoes_what_was_to_come(check: Check) -> None:
    states = [playing(1, 0, 0), playing(2, 1300, 60_000), paused(3, 1000, 1000)]
    for moment in check("follow", states, [900, 1400])["at"]:
        assert (moment["status"], moment["positionMs"], moment["coming"]) == ("paused", 1000, None)


def test_the_later_of_two_coming_states_replaces_the_earlier_only_in_time(check: Check) -> None:
    states = [playing(1, 0, 0), playing(2, 1000, 30_000), playing(3, 1200, 90_000)]
    positions = [moment["positionMs"] for moment in check("follow", states, [900, 1100, 1300])["at"]]
    assert positions == [900, 30_100, 90_100]


def test_another_item_comes_at_once_and_waits_for_its_start(check: Check) -> None:
    states = [playing(1, 0, 0), playing(2, 1000, 0, item={"id": "next"})]
    moment = check("follow", states, [900])["at"][0]
    assert (moment["item"]["id"], moment["status"], moment["positionMs"]) == ("next", "paused", 0)


def test_nothing_goes_beyond_its_end(check: Check) -> None:
    states = [playing(1, 0, 0, item={"id": "short", "duration_ms": 2500})]
    assert check("follow", states, [9000])["at"][0]["positionMs"] == 2500


def steered(check: Check, *errors_ms: float, **more: Any) -> list[State]:
    rows = [{"nowMs": 100 * turn, "errorMs": error, **more} for turn, error in enumerate(errors_ms)]
    acts: list[State] = check("steer", rows)
    return acts


def words(acts: list[State]) -> list[str]:
    return [act["act"] for act in acts]


def test_corrections_begin_above_15_ms_and_end_below_3(check: Check) -> None:
    acts = steered(check, 5, 14, -14, 16, 12, -9, 4, 4, 4, 2, 14)
    assert words(acts) == [*["none"] * 3, *["rate"] * 6, "none", "none"]


def test_a_start_is_corrected_from_8_ms_on(check: Check) -> None:
    assert words(steered(check, -9, *[-4] * 5, -2, -14)) == [*["rate"] * 6, "none", "none"]
    assert words(steered(check, -7, -9)) == ["none", "none"]


def test_a_correction_lasts_until_what_it_costs_is_seen(check: Check) -> None:
    assert words(steered(check, 16, *[2] * 6)) == [*["rate"] * 5, "none", "none"]


def test_a_correction_is_followed_by_a_second_of_rest(check: Check) -> None:
    acts = steered(check, *[20] * 5, 2, *[20] * 11)
    assert words(acts) == [*["rate"] * 5, *["none"] * 10, "rate", "rate"]


def test_who_comes_no_nearer_is_content(check: Check) -> None:
    assert words(steered(check, *[10] * 20)) == ["rate"] * 16 + ["none"] * 4


def picture(error_ms: float) -> State:
    return {"errorMs": error_ms, "stepMs": 1000 / 30}


def test_pictures_within_half_a_step_are_as_near_as_can_be(check: Check) -> None:
    assert words(steered(check, *[14] * 20, picture=picture(-17))) == ["none"] * 20
    assert words(steered(check, *[-18] * 20, picture=picture(17))) == ["none"] * 20


@pytest.mark.parametrize("sign", [1, -1])
def test_the_media_is_moved_to_the_next_picture_and_stays_there(check: Check, sign: int) -> None:
    off, moved = {"picture": picture(sign * 20)}, {"picture": None}
    turns = [(0, off), *[(-8 * sign, moved)] * 6, *[(-14 * sign, moved)] * 20]
    rows = [{"nowMs": 100 * turn, "errorMs": error, **seen} for turn, (error, seen) in enumerate(turns)]
    acts = check("steer", rows)
    assert words(acts) == ["rate"] * 5 + ["none"] * 22  # 8 ms to the other side is where it stays
    assert (acts[0]["rate"] - 1) * sign < 0


def test_pictures_that_stay_wrong_are_not_believed(check: Check) -> None:
    acts = words(steered(check, *[0] * 200, picture=picture(20)))
    assert sum(one == "none" and other == "rate" for one, other in pairwise(["none", *acts])) == 3
    assert set(acts[100:]) == {"none"}


@pytest.mark.parametrize(("error_ms", "share"), [(30, 0.03), (99, 0.03), (101, 0.08), (599, 0.08)])
def test_the_speed_differs_by_little(check: Check, error_ms: float, share: float) -> None:
    ahead, behind = (steered(check, sign * error_ms, rate=1.5)[0] for sign in (1, -1))
    assert ahead["act"] == behind["act"] == "rate"
    assert ahead["rate"] == pytest.approx(1.5 * (1 - share))
    assert behind["rate"] == pytest.approx(1.5 * (1 + share))


def test_far_off_is_one_seek_and_then_none_for_3_s(check: Check) -> None:
    acts = steered(check, *[-5000] * 31)
    assert [turn for turn, act in enumerate(acts) if act["act"] == "seek"] == [0, 30]
    assert {act["rate"] for act in acts if act["act"] == "rate"} == {1.08}


def test_just_after_a_start_a_smaller_error_is_worth_a_seek(check: Check) -> None:
    assert steered(check, 250, settling=True)[0]["act"] == "seek"
    assert steered(check, 90, settling=True)[0]["rate"] == pytest.approx(0.92)
    assert steered(check, 250)[0]["act"] == "rate"


def test_seeks_that_do_not_help_stop_and_ask_for_less_quality(check: Check) -> None:
    acts = steered(check, *[-5000] * 900)
    seeks = [turn for turn, act in enumerate(acts) if act["act"] == "seek"]
    assert seeks[:4] == [0, 30, 60, 210]  # the third within 15 s is followed by a rest
    assert [turn for turn, act in enumerate(acts) if act["lowerQuality"]][:2] == [60, seeks[5]]
    assert seeks[6] - seeks[5] == 300  # and the next rest is longer


def test_what_a_device_takes_is_learned_from_the_last_few_times(check: Check) -> None:
    assert check("learned", [40, 60, 50, 9000, 45, 41, -10]) == [90, 40, 50, 50, 55, 50, 50, 45]


@pytest.mark.parametrize("ahead_ms", [-140, 60, 170])
@pytest.mark.parametrize("way", [path(1, 1), path(20, 20, 5), path(150, 150, 60)], ids=["1", "20", "150"])
def test_a_party_is_met_within_3_s_and_kept_for_10_min(check: Check, way: State, ahead_ms: float) -> None:
    rows = check("followed", {**way, "ppm": 100, "seed": 3}, {"aheadMs": ahead_ms, "ppm": -60})
    assert all(abs(error) < 40 for at_ms, error, _, _ in rows if at_ms > 3000)
    assert p95([error for at_ms, error, _, _ in rows if at_ms > 3000]) < 25
    assert {seeks for _, _, _, seeks in rows} == {0}
    assert all(0.97 <= rate <= 1.03 for at_ms, _, rate, _ in rows if at_ms > 3000)


def test_far_behind_is_met_by_one_seek(check: Check) -> None:
    rows = check("followed", path(20, 20, 5), {"aheadMs": -8000})
    assert [seeks for _, _, _, seeks in rows][-1] == 1
    assert all(abs(error) < 40 for at_ms, error, _, _ in rows if at_ms > 3000)


def test_slow_seeks_are_learned(check: Check) -> None:
    rows = check("followed", path(20, 20, 5), {"aheadMs": -8000, "seekMs": 1200})
    assert [seeks for _, _, _, seeks in rows][-1] == 2
    assert abs(rows[-1][1]) < 40


def test_modules_of_the_timeline_know_nothing_of_the_page() -> None:
    folder = Path(__file__).parents[2] / "web_static" / "watch" / "timeline"
    sources = {file.name: file.read_text("utf-8") for file in folder.glob("*.js")}
    assert sources.keys() >= {"timeline.js", "clock.js", "state.js", "controller.js"}
    for name, source in sources.items():
        assert "document" not in source, name
        assert "globalThis" not in source, name
