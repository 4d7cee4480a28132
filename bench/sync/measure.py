"""Watch parties in a real browser: how far apart the members are, beside what other strategies reach."""

import contextlib
import datetime
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.arena import DISTURBED_FROM, Say
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import running_hub
from bench.plan import Plan
from bench.report import RESULTS
from bench.sync.clips import make_clip, make_stream
from bench.sync.members import open_browser
from bench.sync.party import Outcome, Phases, hold_party
from bench.sync.plot import draw
from bench.sync.profiles import PROFILES, Profile
from bench.sync.stages import Venue, open_members, serving
from bench.sync.strategies import ON_HLS, OURS, RIVALS, WHOLE_PAGE, Strategy
from bench.sync.truth import offsets, percentile

MEMBERS = 4
_BESIDE_STEADY_S = 90
_TOGETHER = Target(Bound.AT_MOST, 3, of_reference=False, unit="s")
_FELT = Target(Bound.AT_MOST, 500, of_reference=False, unit="ms")
_RATE = Target(Bound.AT_MOST, 3, of_reference=False, unit="%")
_NONE = Target(Bound.AT_MOST, 0, of_reference=False)


def measure_sync(plan: Plan, say: Say) -> list[Figure]:
    """Return the figures of our player on every line, and beside those of other strategies on some."""
    figures: list[Figure] = []
    with open_venue(max(plan.sync_steady_s, plan.sync_rival_s)) as venue:
        for profile in PROFILES:
            if profile.name not in plan.sync_profiles:
                continue
            ours = {OURS.name: _measured(venue, OURS, profile, plan.sync_steady_s, say)}
            chosen = (WHOLE_PAGE, ON_HLS, *RIVALS) if profile.name in plan.sync_rival_profiles else ()
            rivals = {each.name: _measured(venue, each, profile, plan.sync_rival_s, say) for each in chosen}
            figures += [*_own(profile, ours[OURS.name]), *_beside(profile, ours[OURS.name], rivals)]
            say(f"sync: plotted in {_plot(profile, ours | rivals)}")
    return figures


@contextlib.contextmanager
def open_venue(steady_s: float) -> Iterator[Venue]:
    """Open what parties with this much steady play are held with."""
    with tempfile.TemporaryDirectory(prefix="cosmohub-sync-") as folder, running_hub() as hub:
        clip = Path(folder) / "clip.mp4"
        make_clip(clip, int(steady_s) + _BESIDE_STEADY_S)
        stream = make_stream(clip, Path(folder))
        with serving("bench.sync.media_server", folder) as port, open_browser() as browser:
            media = f"http://127.0.0.1:{port}"
            yield Venue(browser, f"{media}/{clip.name}", f"{media}/{stream.name}", hub.port)


def _measured(venue: Venue, strategy: Strategy, profile: Profile, steady_s: float, say: Say) -> Outcome:
    with open_members(venue, strategy, profile, MEMBERS) as members:
        outcome = hold_party(members, Phases(steady_s), 40 + profile.line.asymmetry_ms / 2)
    together = ", ".join(f"{name} {_seconds(ms)}" for name, ms in outcome.together_ms.items())
    say(
        f"sync, {profile.name}, {strategy.name}: pictures p50 {percentile(outcome.errors, 50):.1f}"
        f" p95 {outcome.p95_ms:.1f} ms, players p95 {percentile(outcome.clock_errors, 95):.1f} ms,"
        f" {outcome.steady_seeks} seeks, rates {outcome.rates[0]:g}–{outcome.rates[1]:g},"
        f" {outcome.late_frames} late frames; together after {together};"
        f" play felt after {percentile(outcome.felt_ms, 50):.0f} ms, slowest {max(outcome.felt_ms):.0f};"
        f" busy: others {outcome.others_busy:.0%}{_warning(outcome)}"
    )
    for problem in outcome.problems:
        say(f"sync, {profile.name}, {strategy.name}: {problem}")
    return outcome


def _seconds(ms: float | None) -> str:
    return "never" if ms is None else f"{ms / 1000:.2f} s"


def _warning(outcome: Outcome) -> str:
    return " (disturbed)" if outcome.others_busy > DISTURBED_FROM else ""


def _own(profile: Profile, outcome: Outcome) -> list[Figure]:
    line = f"line {profile.name}"
    error = Target(Bound.AT_MOST, profile.error_max_ms, of_reference=False, unit="ms")
    steady = [
        Figure("sync", f"{line}: p95 between two pictures", Value(outcome.p95_ms, "ms"), target=error),
        Figure(
            "sync",
            f"{line}: p95 between two players, by their own word",
            Value(percentile(outcome.clock_errors, 95), "ms"),
        ),
        Figure(
            "sync",
            f"{line}: seeks in steady play",
            Value(outcome.steady_seeks, ""),
            target=_NONE if profile.steady_play else None,
        ),
        Figure(
            "sync",
            f"{line}: farthest rate in steady play",
            Value(100 * max(abs(rate - 1) for rate in outcome.rates), "%"),
            target=_RATE if profile.steady_play else None,
        ),
    ]
    return [*steady, *_moments(line, profile, outcome), _read_from_pictures(line, outcome)]


def _moments(line: str, profile: Profile, outcome: Outcome) -> list[Figure]:
    together = [
        Figure("sync", f"{line}: together after {name}", _seconds_or_never(ms), target=_TOGETHER)
        for name, ms in outcome.together_ms.items()
    ]
    short = max(profile.line.up.delay_ms, profile.line.down.delay_ms) <= 150
    target = _FELT if short else None
    felt = [
        Figure("sync", f"{line}: play felt by all{which}", _felt(outcome, percent), target=target)
        for which, percent in {"": 50, f", slowest of {len(outcome.felt_ms)}": 100}.items()
    ]
    paused = Figure("sync", f"{line}: pictures apart in a pause", Value(outcome.paused_apart_ms, "ms"))
    return [*together, *felt, paused]


def _felt(outcome: Outcome, percent: float) -> Value:
    felt_ms = percentile(outcome.felt_ms, percent)
    return Value(None, "never") if math.isinf(felt_ms) else Value(felt_ms, "ms")


def _seconds_or_never(ms: float | None) -> Value:
    return Value(None, "never") if ms is None else Value(ms / 1000, "s")


def _read_from_pictures(line: str, outcome: Outcome) -> Figure:
    what = f"{line}: of {outcome.pictures} pictures read, with another number than their time says"
    return Figure("sync", what, Value(outcome.misread, ""), target=_NONE)


def _beside(profile: Profile, ours: Outcome, rivals: Mapping[str, Outcome]) -> list[Figure]:
    figures: list[Figure] = []
    for name, theirs in rivals.items():
        pairs: Sequence[tuple[str, float, float, str]] = (
            ("p95 between two pictures", ours.p95_ms, theirs.p95_ms, "ms"),
            ("slowest to be together", _slowest_s(ours), _slowest_s(theirs), "s"),
        )
        for what, own, other, unit in pairs:
            values = _value(own, unit, OURS.name), _value(other, unit, name)
            figures.append(Figure("sync", f"line {profile.name}: {what}", *values))
    return figures


def _slowest_s(outcome: Outcome) -> float:
    return max(float("inf") if ms is None else ms / 1000 for ms in outcome.together_ms.values())


def _value(amount: float, unit: str, of: str) -> Value:
    return Value(None, "never", of) if amount == float("inf") else Value(amount, unit, of)


def _plot(profile: Profile, outcomes: Mapping[str, Outcome]) -> Path:
    panels, spans = {}, []
    for name, outcome in outcomes.items():
        end_ms = min(track.picture.at_ms[-1] for track in outcome.tracks)
        panels[name] = offsets(outcome.tracks, outcome.began_ms, end_ms)
        spans.append(end_ms - outcome.began_ms)
    RESULTS.mkdir(exist_ok=True)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    named = "".join(letter if letter.isalnum() else "-" for letter in profile.name)
    path = RESULTS / f"{stamp}-sync-{named}.svg"
    path.write_text(draw(f"A line of {profile.name} ms each way, {MEMBERS} members", panels, max(spans)))
    return path
