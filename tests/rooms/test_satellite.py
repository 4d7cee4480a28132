"""A satellite's room: the tracker reports, everybody looks on, the last of each type is kept."""

import pytest

from rooms.kind import By, Refused
from rooms.kinds.satellite import Report, SatelliteKind

KIND = SatelliteKind()
POSITION = {"type": "position", "latitude": 1.0}


def test_a_report_is_told_retained_by_its_type_and_never_stored() -> None:
    [event] = KIND.decide(KIND.begin(), Report(POSITION), By("tracker", system=True), 0)
    assert (event.data, event.durable, event.retain) == (POSITION, False, "position")
    assert not KIND.durable


def test_nobody_else_reports() -> None:
    with pytest.raises(Refused) as refused:
        KIND.parse(POSITION)
    assert refused.value.code == 103
    for by in (By(""), By("ada", moderator=True), By("tracker")):
        with pytest.raises(Refused):
            KIND.decide(KIND.begin(), Report(POSITION), by, 0)


def test_everybody_reads_and_nothing_is_remembered() -> None:
    assert KIND.may_read(By(""))
    assert KIND.unknown_subjects(KIND.begin(), Report(POSITION)) == ()
    assert KIND.evolve(KIND.begin(), POSITION) is KIND.begin()
