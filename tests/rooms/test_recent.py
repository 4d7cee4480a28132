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


class RecentMachine(RuleBasedStateMachine):
    """Whatever follows from a value, the value itself stays as it was."""

    values = Bundle("values")

    @initialize(target=values, size=st.integers(1, 4))
    def begin(self, size: int) -> "Kept":
        return Kept(Recent(size))

    @rule(target=values, kept=values, name=NAMES, thing=st.integers())
    def add(self, kept: "Kept", name: str, thing: int) -> "Kept":
        after = kept.recent.add(name, thing)
        assert after.get(name) == thing
        assert after.items().keys() <= kept.known.keys() | {name}
        assert name in after
        return Kept(after)

    @rule(target=values, kept=values, data=st.data(), thing=st.integers())
    def change(self, kept: "Kept", data: st.DataObject, thing: int) -> "Kept":
        if not kept.known:
            return kept
        name = data.draw(st.sampled_from(sorted(kept.known)))
        after = kept.recent.change(name, thing)
        assert after.items() == kept.known | {name: thing}
        assert len(after) == len(kept.recent)
        return Kept(after)

    @rule(kept=values)
    def look_again(self, kept: "Kept") -> None:
        assert kept.recent.items() == kept.known
        assert all(kept.recent.get(name) == thing for name, thing in kept.known.items())
        assert len(kept.recent) <= 2 * kept.recent.size

    @rule(one=values, other=values)
    def alike_if_they_remember_alike(self, one: "Kept", other: "Kept") -> None:
        assert one.recent == one.recent
        assert one.recent != other.recent or one.known == other.known


class Kept:
    """A value and what it remembered when it was made."""

    def __init__(self, recent: Recent[int]) -> None:
        self.recent = recent
        self.known = recent.items()


TestRecentMachine = RecentMachine.TestCase
TestRecentMachine.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
