"""The lines that members have: those of the targets, and what is asked of each."""

from dataclasses import dataclass

from bench.sync.lines import Freeze, Line, Way

_GOOD = Line(Way(1), Way(1))


@dataclass(frozen=True)
class Profile:
    """What the members' lines are like; the first member sits next to the hub, so a wrong clock shows."""

    name: str
    line: Line
    slack_ms: float
    """What p95 may be beside half the asymmetry."""
    steady_play: bool = True
    """Whether steady play must do without a seek and within ±3 %."""

    @property
    def error_max_ms(self) -> float:
        """What the p95 of pairwise errors may be."""
        return self.line.asymmetry_ms / 2 + self.slack_ms

    def lines(self, members: int) -> list[Line]:
        """Return the line of each member."""
        return [_GOOD, *[self.line] * (members - 1)]


PROFILES = (
    Profile("1", _GOOD, 25),
    Profile("20±5", Line(Way(20, 5), Way(20, 5)), 25),
    Profile("80/40±20", Line(Way(80, 20), Way(40, 20)), 25),
    Profile("150±60", Line(Way(150, 60), Way(150, 60)), 25),
    Profile(
        "300/100±100, 1 s freeze each 20 s",
        Line(Way(300, 100), Way(100, 100), Freeze(every_s=20, for_s=1)),
        40,
        steady_play=False,
    ),
)
