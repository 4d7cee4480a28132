"""A process with some of the parties: obeys `live`, `rest` and `quit` on its standard input, tells in JSON.

Run by `bench/parties/trial.py`.
"""

import argparse
import asyncio
import sys
from dataclasses import asdict
from typing import Any

import orjson

from bench.parties.door import Door
from bench.parties.party import Party
from bench.processes import raise_open_files_limit

_ACCOUNTS_A_PARTY = 0.2  # people go to more than one
_REPORT_EVERY_S = 2.0
_SLICES = 20  # of the parties, one after the other, so that the hub is not asked by all at once


class Crowd:
    """Parties that live and rest at the same times."""

    def __init__(self, port: int, wanted: argparse.Namespace) -> None:
        self._door = Door(port)
        self._pace_s = wanted.pace
        numbers = range(wanted.first, wanted.first + wanted.parties)
        self._parties = [Party(port, self._door, f"{wanted.seed}/{n}", wanted.size) for n in numbers]
        self._stop = asyncio.Event()
        self._living: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Make the accounts, open the parties, let everybody come."""
        count = max(2, round(len(self._parties) * _ACCOUNTS_A_PARTY))
        accounts = await asyncio.gather(*(self._door.account(f"Account {n}") for n in range(count)))
        pairs = [(accounts[n % count], accounts[(n + 1) % count]) for n in range(len(self._parties))]
        await asyncio.gather(*(p.open(*pair) for p, pair in zip(self._parties, pairs, strict=True)))

    def live(self) -> None:
        """Let the parties live."""
        self._stop.clear()
        self._living = [asyncio.create_task(each.live(self._pace_s, self._stop)) for each in self._parties]

    async def rest(self) -> list[dict[str, Any]]:
        """Let the parties come to rest; return what was found in each."""
        self._stop.set()
        await asyncio.gather(*self._living)
        return [asdict(rest) for rest in await asyncio.gather(*(each.rest() for each in self._parties))]

    async def report(self) -> None:
        """Let everybody say now and then that they are there."""
        while True:
            for part in range(_SLICES):
                for each in self._parties[part::_SLICES]:
                    each.report()
                await asyncio.sleep(_REPORT_EVERY_S / _SLICES)

    async def close(self) -> None:
        """Let everybody go."""
        for each in self._parties:
            each.close()
        await self._door.close()


def _tell(data: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(data) + b"\n")
    sys.stdout.buffer.flush()


async def _orders() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def _obey(wanted: argparse.Namespace) -> None:
    crowd, orders = Crowd(wanted.port, wanted), await _orders()
    await crowd.open()
    reporting = asyncio.create_task(crowd.report())
    _tell("open")
    while order := (await orders.readline()).strip():
        if order == b"live":
            crowd.live()
        elif order == b"rest":
            _tell(await crowd.rest())
        else:
            break
    reporting.cancel()
    await crowd.close()


def main() -> None:
    """Obey until told to quit."""
    parser = argparse.ArgumentParser(prog="python -m bench.parties.crowd", description=__doc__)
    for name in ("port", "first", "parties", "size"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--pace", type=float, required=True)
    parser.add_argument("--seed", required=True)
    raise_open_files_limit()
    asyncio.run(_obey(parser.parse_args()))


if __name__ == "__main__":
    main()
