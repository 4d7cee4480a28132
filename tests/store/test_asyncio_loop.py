"""The asyncio loop goes on whatever is reported to it."""

import asyncio
import logging

import pytest
from trio_asyncio import aio_as_trio

from store.asyncio_loop import open_asyncio_loop


async def report(context: dict[str, object]) -> str:
    asyncio.get_running_loop().call_exception_handler(context)
    await asyncio.sleep(0)
    return "goes on"


async def test_a_warning_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with open_asyncio_loop():
        assert await aio_as_trio(report)({"message": "an active transaction"}) == "goes on"
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "an active transaction" in record.getMessage()


async def test_an_error_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async with open_asyncio_loop():
        assert await aio_as_trio(report)({"exception": KeyError("lost")}) == "goes on"
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)
