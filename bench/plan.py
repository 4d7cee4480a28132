"""How long and how much is measured."""

from dataclasses import dataclass

IN_FLIGHT = (1, 4, 16)


@dataclass(frozen=True)
class Plan:
    """The bounds of a run; times in seconds."""

    rounds: int
    """Of fan-outs, for each of which every server is started afresh, and of chat; the median counts."""
    fanout_s: float
    warm_up_s: float
    subscribers: int
    idle_connections: int
    chat_s: float
    returning_clients: int
    api_rows: int
    api_rounds: int
    api_s: float
    parties: int
    """How many at once, of ten members each."""
    party_rounds: int
    """Times of life with hub kills, each followed by a rest in which everything is compared."""
    party_life_s: float
    sync_steady_s: float
    sync_profiles: tuple[str, ...]
    """Lines that watch parties are held over."""
    sync_rival_s: float
    sync_rival_profiles: tuple[str, ...]
    """Those of them that other strategies are shown on, too."""


FULL = Plan(
    rounds=3,
    fanout_s=3.0,
    warm_up_s=1.0,
    subscribers=1_000,
    idle_connections=5_000,
    chat_s=6.0,
    returning_clients=2_000,
    api_rows=100_000,
    api_rounds=3,
    api_s=10.0,
    parties=200,
    party_rounds=4,
    party_life_s=60.0,
    sync_steady_s=600.0,
    sync_profiles=("1", "20±5", "80/40±20", "150±60", "300/100±100, 1 s freeze each 20 s"),
    sync_rival_s=60.0,
    sync_rival_profiles=("20±5", "150±60"),
)
QUICK = Plan(
    rounds=1,
    fanout_s=1.0,
    warm_up_s=0.5,
    subscribers=1_000,
    idle_connections=1_000,
    chat_s=3.0,
    returning_clients=500,
    api_rows=10_000,
    api_rounds=1,
    api_s=4.0,
    parties=20,
    party_rounds=1,
    party_life_s=15.0,
    sync_steady_s=15.0,
    sync_profiles=("150±60",),
    sync_rival_s=15.0,
    sync_rival_profiles=(),
)
