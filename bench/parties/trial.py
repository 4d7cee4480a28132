"""The whole trial: parties live while the hub is killed, come to rest, are compared, and live on."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import orjson

from bench.errors import BenchError

_PROJECT = Path(__file__).resolve().parents[2]
_ANSWER_S_MAX = 400.0
_LINE_MAX = 1 << 26
_COUNTED = (
    "acked",
    "refused",
    "unanswered",
    "lost",
    "doubled",
    "disagreements",
    "stuck",
    "events",
    "successions",
)


class MortalHub(Protocol):
    """A hub that can be killed and started again on the same port and data."""

    @property
    def port(self) -> int:
        """Where it listens."""

    def kill(self) -> None:
        """Take its process away."""

    def start(self) -> None:
        """Start it, and wait until it is ready."""


@dataclass(frozen=True)
class TrialPlan:
    """How large and how long a trial is; each round is a time of life with its kills, then a rest."""

    parties: int
    size: int
    rounds: int
    life_s: float
    kills_a_round: int
    pace_s: float
    """Seconds from one command to the next in a party."""
    processes: int = 1


@dataclass
class Found:
    """What a trial found, over all its rounds."""

    kills: int = 0
    rests: int = 0
    settle_s: list[float] = field(default_factory=list)
    spread_ms: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    faults: list[str] = field(default_factory=list)

    def add(self, rests: Sequence[dict[str, Any]]) -> None:
        """Take over what was found in each party at a rest."""
        self.rests += 1
        self.settle_s.append(max(each["settle_s"] for each in rests))
        self.spread_ms += [each["spread_ms"] for each in rests]
        for name in _COUNTED:
            self.counts[name] += sum(each[name] for each in rests)
        for each in rests:
            self.faults += each["faults"]


async def run_trial(hub: MortalHub, plan: TrialPlan, seed: int, say: Callable[[str], None]) -> Found:
    """Run a trial on a hub that is ready."""
    rng, found = random.Random(seed), Found()
    async with AsyncExitStack() as stack:
        share = plan.parties // plan.processes
        firsts = range(0, share * plan.processes, share)
        crowds = [await stack.enter_async_context(_crowd(hub.port, plan, seed, n, share)) for n in firsts]
        await asyncio.gather(*(each.answer() for each in crowds))
        say(f"{plan.parties} parties of {plan.size} are open")
        for number in range(plan.rounds):
            for each in crowds:
                each.order("live")
            await _live(hub, plan, rng, found)
            for each in crowds:
                each.order("rest")
            for rests in await asyncio.gather(*(each.answer() for each in crowds)):
                found.add(rests)
            say(f"round {number + 1} of {plan.rounds}: {found.counts}, {len(found.faults)} faults")
    return found


async def _live(hub: MortalHub, plan: TrialPlan, rng: random.Random, found: Found) -> None:
    """Let time pass, and kill the hub at random moments of it."""
    began = time.monotonic()
    for moment in sorted(rng.uniform(0, plan.life_s) for _ in range(plan.kills_a_round)):
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)
        found.kills += 1
    await asyncio.sleep(max(0.0, began + plan.life_s - time.monotonic()))


class _Crowd:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def order(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def answer(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(_ANSWER_S_MAX):
            line = await self._process.stdout.readline()
        if not line:
            raise BenchError(f"a crowd ended with {await self._process.wait()}; what it said stands above")
        return orjson.loads(line)


@asynccontextmanager
async def _crowd(port: int, plan: TrialPlan, seed: int, first: int, parties: int) -> AsyncIterator[_Crowd]:
    options = {"port": port, "seed": seed, "first": first, "parties": parties, "size": plan.size}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.parties.crowd"),
        *(f"--{name}={value}" for name, value in {**options, "pace": plan.pace_s}.items()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=_PROJECT,
        limit=_LINE_MAX,
    )
    try:
        yield _Crowd(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
