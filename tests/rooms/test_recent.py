"""A memory of recent things: at least so many, at most twice as many, the latest always."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.kinds.recent import Recent


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
