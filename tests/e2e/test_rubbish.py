"""Rubbish at every layer gets its code or is dropped, and the hub takes no notice."""

import os
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import rubbish
from hub_process import HubProcess, new_hub
from raw_wire import connected_wire, farewell_code, first_answer, open_wire, silent_websocket
from sdk_people import run
from websockets.exceptions import ConnectionClosed

GOODBYE, INVALID_TOKEN, BAD_REQUEST = 1000, 3500, 3501
MUTATIONS = 300


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """One hub that takes all the rubbish, and has nothing to complain about in the end."""
    plenty = {"HUB_COMMANDS_PER_SECOND": "100000", "HUB_REQUESTS_PER_MINUTE": "100000"}
    with new_hub(HUB_LOG_LEVEL="warning", **plenty) as started:
        started.start()
        yield started
        assert started.is_ready()
        complaints = [line for line in started.log_text().splitlines() if line.startswith("{")]
        assert complaints == []


def _some(table: dict[str, Any]) -> list[Any]:
    values = [value if isinstance(value, tuple) else (value,) for value in table.values()]
    return [pytest.param(*value, id=name) for name, value in zip(table, values, strict=True)]


@pytest.mark.parametrize("request_", _some(rubbish.HTTP))
def test_http(hub: HubProcess, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hub.port), timeout=30) as client:
        answer = first_answer(client, request_)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer


@pytest.mark.parametrize(("frames", "code"), _some(rubbish.FRAMES))
def test_frames(hub: HubProcess, frames: bytes, code: int) -> None:
    with silent_websocket(hub) as websocket:
        websocket.sendall(frames)
        assert farewell_code(websocket) in (code, None)


@pytest.mark.parametrize("message", _some(rubbish.MESSAGES))
def test_messages(hub: HubProcess, message: str | bytes) -> None:
    assert run(_code_of_message(hub, message)) == BAD_REQUEST


async def _code_of_message(hub: HubProcess, message: str | bytes) -> int | None:
    async with open_wire(hub) as wire:
        await wire.say(message)
        return await wire.close_code()


@pytest.mark.parametrize(("method", "request_", "code"), _some(rubbish.COMMANDS))
def test_commands(hub: HubProcess, method: str, request_: Any, code: int) -> None:
    assert run(_code_of_command(hub, method, request_)) == code


async def _code_of_command(hub: HubProcess, method: str, request: Any) -> int | None:
    """Return the error's code, after which the connection is as good as before, or that of the close."""
    async with connected_wire(hub, "Rubbish") as wire:
        try:
            reply = await wire.ask(method, request)
        except ConnectionClosed:
            return wire.websocket.close_code
        assert await wire.ask("ping", {}) == {"id": 3, "ping": {}}
        return reply["error"]["code"]


def test_good_commands_gone_bad(hub: HubProcess) -> None:
    seed = int(os.environ.get("RUBBISH_SEED") or random.randrange(2**32))
    sys.stdout.write(f"the same rubbish again: RUBBISH_SEED={seed}\n")
    assert run(_send_mutations(hub, random.Random(seed))) <= {GOODBYE, INVALID_TOKEN, BAD_REQUEST}


async def _send_mutations(hub: HubProcess, rng: random.Random) -> set[int | None]:
    """Send them, on a new connection whenever one is closed; return the codes of the closes."""
    left, codes = MUTATIONS, set()
    while left:
        async with connected_wire(hub, "Mutant") as wire:
            with suppress(ConnectionClosed):
                while left:
                    left -= 1
                    await wire.say(rubbish.mutation(rng))
                    await wire.ask("ping", {})
        codes.add(wire.websocket.close_code)
    return codes
