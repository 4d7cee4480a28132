"""A hub stops in good order, leaves nothing behind however it ends, and starts again without a hand."""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from itertools import count

import pytest
from hub_process import READY_S_MAX, STOP_S_MAX, HubProcess, await_until, new_hub
from raw_wire import Wire, connected_wire, first_answer, silent_websocket
from sdk_people import LOBBY, Person, Post, assert_nothing_lost, everybody, in_the_lobby, run
from websockets.exceptions import ConnectionClosed

SHUTDOWN = 3001
ACKS_BEFORE_STOP = 50
ANSWERS_NOT_READ = 200  # of 95 KB: more than the system's buffers take
KILLS_WHILE_STARTING = 4
START_S_MAX = 1.5  # about what the first start takes


def _assert_nothing_is_left(hub: HubProcess) -> None:
    await_until(lambda: not hub.postmasters(), STOP_S_MAX, "the hub's PostgreSQL is gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_hub_leaves_nothing_and_starts_again(hub: HubProcess, number: signal.Signals) -> None:
    assert len(hub.postmasters()) == 1
    hub.signal(number)
    assert hub.await_end(STOP_S_MAX) == 0
    assert hub.postmasters() == []
    hub.start()
    assert len(hub.postmasters()) == 1


def test_a_hub_that_starts_stops_in_good_order_too() -> None:
    with new_hub() as hub:
        hub.begin()
        await_until((hub.data_dir / "postgres").exists, READY_S_MAX, "the hub has begun")
        assert hub.stop() == 0
        assert hub.postmasters() == []


def test_a_killed_hub_leaves_no_postgresql_and_starts_again(hub: HubProcess) -> None:
    hub.kill()
    _assert_nothing_is_left(hub)
    hub.start()


def test_a_killed_hub_starts_again_at_once(hub: HubProcess) -> None:
    record = run(_post(hub, "before"))
    hub.kill()
    hub.start()
    assert len(hub.postmasters()) == 1
    assert run(_read(hub)) == record


def test_a_hub_killed_while_it_starts_starts_again() -> None:
    seed = int(os.environ.get("PLUG_SEED") or random.randrange(2**32))
    sys.stdout.write(f"the same moments again: PLUG_SEED={seed}\n")
    moments = random.Random(seed)
    with new_hub() as hub:
        for _ in range(KILLS_WHILE_STARTING):
            hub.begin()
            time.sleep(moments.uniform(0, START_S_MAX))
            hub.kill()
        hub.start()
        assert len(hub.postmasters()) == 1
        assert run(_post(hub, "after all")) == run(_read(hub))


async def _post(hub: HubProcess, text: str) -> list[Post]:
    async with in_the_lobby(hub, "Ada") as ada:
        await ada.post("1", text)
        await ada.until_heard(1)
        return ada.heard


async def _read(hub: HubProcess) -> list[Post]:
    async with in_the_lobby(hub, "Grace") as grace:
        return await grace.history()


def test_people_are_told_of_a_stop_and_go_on_after_it(hub: HubProcess) -> None:
    run(_talk_through_a_stop(hub))


async def _talk_through_a_stop(hub: HubProcess) -> None:
    async with everybody(hub, ["Ada", "Grace", "Katherine"]) as people:
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as posting:
            for person in people:
                posting.create_task(_keep_posting(person, enough))
            await asyncio.gather(*(person.until_heard(ACKS_BEFORE_STOP) for person in people))
            assert await asyncio.to_thread(hub.stop) == 0
            await asyncio.gather(*(person.until(lambda who=person: bool(who.closes)) for person in people))
            await asyncio.to_thread(hub.start)
            enough.set()
        record = await people[0].history()
        await asyncio.gather(*(person.until_heard(len(record)) for person in people))
        assert_nothing_lost(record, people)
        assert [person.closes[0] for person in people] == [SHUTDOWN] * len(people)


async def _keep_posting(person: Person, enough: asyncio.Event) -> None:
    for number in count():
        await person.post(f"{person.name}-{number}", "still here")
        if enough.is_set():
            return


def test_what_was_accepted_before_a_stop_is_answered_before_the_farewell() -> None:
    with new_hub(HUB_COMMANDS_PER_SECOND="100000") as hub:
        hub.start()
        acked = run(_post_without_pause_into_a_stop(hub))
        hub.start()
        stored = [post.id for post in run(_read(hub))]
        assert sorted(stored) == sorted(acked)


async def _post_without_pause_into_a_stop(hub: HubProcess) -> list[str]:
    """Return the ids of the posts that were acked before the connection was closed."""
    async with connected_wire(hub, "Ada") as wire:
        sender = asyncio.create_task(_send_posts(wire))
        replies = [await wire.read() for _ in range(ACKS_BEFORE_STOP)]
        hub.signal(signal.SIGTERM)
        replies += await wire.read_to_the_end()
        await sender
        assert wire.websocket.close_code == SHUTDOWN
        assert await asyncio.to_thread(hub.await_end, STOP_S_MAX) == 0
        return [str(reply["id"]) for reply in replies if "publish" in reply]


async def _send_posts(wire: Wire) -> None:
    """Post until the connection is closed, under the ids of the commands."""
    for number in count(2):
        post = {"type": "post", "id": str(number), "text": "quick"}
        try:
            assert await wire.command("publish", {"channel": LOBBY, "data": post}) == number
        except ConnectionClosed:
            return


def test_a_request_under_way_reaches_its_room_before_the_hub_stops(hub: HubProcess) -> None:
    body = b'{"text":"just in time"}'
    head = (
        "POST /api/threads/lobby/posts HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {hub.guest('Ada').token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", hub.port)) as client:
        client.sendall(head.encode() + body[:5])
        time.sleep(0.2)  # so that the request is under way
        hub.signal(signal.SIGTERM)
        await_until(lambda: '"event":"stopping"' in hub.log_text(), STOP_S_MAX, "the hub stops")
        assert first_answer(client, body[5:]).startswith(b"HTTP/1.1 201")
    assert hub.await_end(STOP_S_MAX) == 0


def test_a_second_signal_ends_the_hub_at_once(hub: HubProcess) -> None:
    with silent_websocket(hub):  # the farewell waits for its answer, but not for ever
        hub.signal(signal.SIGTERM)
        await_until(lambda: '"event":"stopping"' in hub.log_text(), STOP_S_MAX, "the hub stops")
        hub.signal(signal.SIGTERM)
        assert hub.await_end(STOP_S_MAX) == 128 + signal.SIGTERM
    _assert_nothing_is_left(hub)
    hub.start()


def test_a_client_that_does_not_answer_does_not_keep_the_hub(hub: HubProcess) -> None:
    with silent_websocket(hub):
        assert hub.stop() == 0


def test_a_client_that_does_not_read_does_not_keep_the_hub(hub: HubProcess) -> None:
    request = b"GET /static/vendor/centrifuge.js HTTP/1.1\r\nHost: hub\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hub.port)) as client:
        client.sendall(request * ANSWERS_NOT_READ)
        await_until(lambda: hub.log_text().count("centrifuge.js") > 1, READY_S_MAX, "the hub answers")
        assert hub.stop() == 0


def test_a_connection_that_idles_does_not_keep_the_hub(hub: HubProcess) -> None:
    with socket.create_connection(("127.0.0.1", hub.port)) as client:
        assert first_answer(client, b"GET /health/live HTTP/1.1\r\nHost: hub\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
        assert hub.stop() == 0
