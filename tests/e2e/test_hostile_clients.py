"""Clients that do not read, dribble, flood and send rubbish get their codes; the others notice nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count

import hostile_clients
import pytest
from hub_process import HubProcess
from sdk_people import Person, assert_nothing_lost, everybody, in_the_lobby, run

PAST_POSTS = 50
LONGEST_TEXT = "🛰" * 4_000
POST_EVERY_S = 0.07  # well within the 30 commands a second that everybody may send
POSTS_BEFORE_MEASURING = 20
GROWTH_BYTES_MAX = 48 * 1024 * 1024
LOOK_EVERY_S = 0.2
HOSTILE = (
    hostile_clients.never_reads,
    hostile_clients.dribbles_a_request,
    hostile_clients.dribbles_a_body,
    hostile_clients.dribbles_a_handshake,
    hostile_clients.dribbles_a_connect,
    hostile_clients.dribbles_a_post,
    hostile_clients.floods_with_commands,
    hostile_clients.floods_with_connections,
    hostile_clients.floods_with_silence,
    hostile_clients.throws_rubbish,
)


@pytest.mark.alone
def test_hostile_clients_get_their_codes_and_the_others_notice_nothing(hub: HubProcess) -> None:
    run(_fill_the_past(hub))
    before, most = run(_talk_among_hostile_clients(hub))
    assert most - before < GROWTH_BYTES_MAX, f"from {before >> 20} to {most >> 20} MiB"
    assert hub.stop() == 0
    logged = [json.loads(line) for line in hub.log_text().splitlines() if line.startswith("{")]
    assert [entry for entry in logged if entry["level"] in ("error", "critical")] == []


async def _fill_the_past(hub: HubProcess) -> None:
    async with in_the_lobby(hub, "Librarian") as librarian:
        for number in range(PAST_POSTS):
            await librarian.post(f"book-{number}", LONGEST_TEXT)


async def _talk_among_hostile_clients(hub: HubProcess) -> tuple[int, int]:
    """Return the memory the hub held before the hostile clients came, and the most while they were there."""
    async with everybody(hub, ["Ada", "Grace"]) as people:
        async with _talking(people):
            await people[0].until_heard(POSTS_BEFORE_MEASURING)
            before = hub.resident_bytes()
            async with _memory_watched(hub) as seen:
                await _be_hostile(hub)
        await _check_that_nothing_was_noticed(people)
        return before, max(seen)


async def _be_hostile(hub: HubProcess) -> None:
    """Let all hostile clients do their worst at the same time."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as deaf:
        deaf.create_task(hostile_clients.never_reads_http(hub, done))
        async with asyncio.TaskGroup() as others:
            for client in HOSTILE:
                others.create_task(client(hub))
        done.set()


@asynccontextmanager
async def _talking(people: Sequence[Person]) -> AsyncIterator[None]:
    """Let people post all the while."""
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as posting:
        for person in people:
            posting.create_task(_keep_posting(person, enough))
        yield
        enough.set()


async def _keep_posting(person: Person, enough: asyncio.Event) -> None:
    for number in count():
        if enough.is_set():
            return
        await person.post(f"{person.name}-{number}", "as if nothing were the matter")
        await asyncio.sleep(POST_EVERY_S)


@asynccontextmanager
async def _memory_watched(hub: HubProcess) -> AsyncIterator[list[int]]:
    """Look again and again at how much memory the hub holds."""
    seen: list[int] = []

    async def watch() -> None:
        while True:
            seen.append(await asyncio.to_thread(hub.resident_bytes))
            await asyncio.sleep(LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _check_that_nothing_was_noticed(people: Sequence[Person]) -> None:
    record = await people[0].history()
    for person in people:
        await person.until_heard(len(record) - PAST_POSTS)
        assert person.closes == []
        assert len(person.subscribed) == 1
        assert person.retries == 0
    assert_nothing_lost(record, people)
