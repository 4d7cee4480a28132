"""What is found in a party that has come to rest."""

from dataclasses import dataclass, field


@dataclass
class Rest:
    """What was found when a party had come to rest."""

    settle_s: float = 0.0
    spread_ms: float = 0.0
    acked: int = 0
    refused: int = 0
    unanswered: int = 0
    lost: int = 0
    doubled: int = 0
    disagreements: int = 0
    stuck: int = 0
    events: int = 0
    successions: int = 0
    faults: list[str] = field(default_factory=list)
