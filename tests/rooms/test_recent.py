"""A memory of recent things: at least so many, at most twice as many, the latest always."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from rooms.kinds.recent import Recent

NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.integers(0, 30)), st.integers(1, 5))
def test_the_latest_are_remembered_as_they_were_last_given(names: list[int], size: int) -> None:
    recent: Recent[int] = Recent(size)
    for turn, name in enumerate(names):
        recent = recent.add(str(name), turn)
    assert len(recent) <= 2 * size
    latest = list(dict.fromkeys(reversed(names)))
    for name in latest[:size]:
        assert recent.get(str(name)) == len(names) - 1 - names[::-1].index(name)


@given(st.lists(st.integers(0, 10), min_size=1))
def test_a_change_moves_nothing(names: list[int]) -> None:
    recent: Recent[str] = Recent(4)
    for name in names:
        recent = recent.add(str(name), "as it was")
    for name in range(11):
        if str(name) in recent:
            changed = recent.change(str(name), "changed")
            assert changed.get(str(name)) == "changed"
            assert len(changed) == len(recent)
            others = [str(other) for other in range(11) if other != name]
            assert [changed.get(other) for other in others] == [recent.get(other) for other in others]


class Kept:
    """A value beside its model: two plain dicts, which belong to it alone."""

    def __init__(self, recent: Recent[int], young: dict[str, int], old: dict[str, int]) -> None:
        self.recent = recent
        self.young = young
        self.old = old

    def add(self, name: str, thing: int) -> "Kept":
        young, old = dict(self.young), dict(self.old)
        if len(young) >= self.recent.size:
            young, old = {}, young
        young.pop(name, None)
        return Kept(self.recent.add(name, thing), young | {name: thing}, old)

    def change(self, name: str, thing: int) -> "Kept":
        young, old = dict(self.young), dict(self.old)
        (young if name in young else old)[name] = thing
        return Kept(self.recent.change(name, thing), young, old)

    def model(self) -> object:
        return self.recent.size, list(self.young.items()), list(self.old.items())


class RecentMachine(RuleBasedStateMachine):
    """Whatever follows from a value, the value itself stays as it was."""

    values = Bundle("values")

    @initialize(target=values, size=st.integers(1, 4))
    def begin(self, size: int) -> Kept:
        return Kept(Recent(size), {}, {})

    @rule(target=values, kept=values, name=NAMES, thing=st.integers(0, 2))
    def add(self, kept: Kept, name: str, thing: int) -> Kept:
        return kept.add(name, thing)

    @rule(target=values, kept=values, data=st.data(), thing=st.integers(0, 2))
    def change(self, kept: Kept, data: st.DataObject, thing: int) -> Kept:
        known = sorted(kept.young.keys() | kept.old.keys())
        return kept.change(data.draw(st.sampled_from(known)), thing) if known else kept

    @rule(kept=values)
    def it_is_as_its_model(self, kept: Kept) -> None:
        known = kept.old | kept.young
        assert kept.recent.things() == known
        assert {name: kept.recent.get(name) for name in "abcdefgh" if name in kept.recent} == known
        assert len(kept.recent) == len(kept.young) + len(kept.old)

    @rule(one=values, other=values)
    def they_are_equal_when_their_models_are(self, one: Kept, other: Kept) -> None:
        assert (one.recent == other.recent) == (one.model() == other.model())


TestRecentMachine = RecentMachine.TestCase
TestRecentMachine.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


def test_a_value_that_all_begin_with_keeps_nothing_of_them() -> None:
    beginning: Recent[str] = Recent(4)
    assert beginning.add("a", "said").get("a") == "said"
    assert not beginning.young
