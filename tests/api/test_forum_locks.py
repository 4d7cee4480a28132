"""Nodes that write into many threads, and accounts that end meanwhile, never wait in a circle."""

import logging
import random
import uuid

import orjson
import pytest
import trio

from api.forum.forgetting import forget_author
from store.database import Database
from store.event_log import Draft
from store.postgres_log import PostgresEventLog

THREADS = [f"thread:t{number}" for number in range(8)]
ROUNDS = 40


def said(message_id: str, author: str) -> Draft:
    """Return a post as its room writes it."""
    user = {"id": author, "display_name": "Ada"}
    event = {"type": "post", "id": message_id, "text": "Hi @ada", "user": user, "at": 1_700_000_000_000}
    return Draft(orjson.dumps(event).decode(), message_id, creates=True)


def opened(author: str) -> Draft:
    """Return the event that opens a thread."""
    event = {
        "type": "open",
        "title": "T",
        "board": "iss",
        "tags": [],
        "guests": False,
        "user": {"id": author, "display_name": "Ada"},
        "at": 1_700_000_000_000,
    }
    return Draft(orjson.dumps(event).decode(), "\nthread", creates=True)


async def test_nobody_waits_in_a_circle(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    author = uuid.uuid4()
    logs = [PostgresEventLog(database) for _ in range(2)]
    chance = random.Random(1)

    async def write(log: PostgresEventLog, node: int, channel: str) -> None:
        top = await log.position(channel)
        for number in range(ROUNDS):
            top = await log.append(channel, top, [said(f"{node}-{number}", str(author))])

    async def forget() -> None:
        for number in range(ROUNDS):
            name = f"Gone {number}"
            await database.transaction(lambda connection, name=name: forget_author(connection, author, name))

    with caplog.at_level(logging.WARNING):
        async with trio.open_nursery() as services:
            for log in logs:
                services.start_soon(log.run)
            for channel in THREADS:
                await logs[0].append(channel, await logs[0].position(channel), [opened(str(author))])
            async with trio.open_nursery() as nursery:
                for place, channel in enumerate(chance.sample(THREADS, len(THREADS))):
                    nursery.start_soon(write, logs[place % 2], place, channel)
                nursery.start_soon(forget)
            services.cancel_scope.cancel()
    assert caplog.records == []
    rows = await database.fetch("select posts, last_offset from thread order by id")
    assert [(row["posts"], row["last_offset"]) for row in rows] == [(ROUNDS, ROUNDS + 1)] * len(THREADS)
