"""Commands that somebody types: one a line, given to the party as they come."""

import asyncio
import sys
import threading
import time

from centrifuge import ReplyError

from examples.party_member import PartyMember


class Quit(Exception):
    """Whoever sits at the keyboard wants to go."""


def say(line: str) -> None:
    """Print a line under the time of day."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


async def obey(member: PartyMember) -> None:
    """Give what is typed to the party, until `quit`, which raises Quit; the end of the input ends nothing."""
    lines = _typed()
    while True:
        word, _, rest = (await lines.get()).strip().partition(" ")
        try:
            await _do(member, word, rest)
        except ReplyError as refused:
            say(f"refused: {refused.message}")
        except ValueError:
            say(f"{word} needs a number")


async def _do(member: PartyMember, word: str, rest: str) -> None:
    match word:
        case "quit":
            await member.leave()
            raise Quit
        case "seek":
            await member.command("seek", position_ms=round(float(rest) * 1000))
        case "rate":
            await member.command("rate", rate=float(rest))
        case "say":
            await member.say(rest)
        case "play" | "pause" | "next":
            await member.command(word)
        case _:
            say("play, pause, seek SECONDS, rate FACTOR, next, say TEXT, quit")


def _typed() -> asyncio.Queue[str]:
    """Return the lines of the standard input as they come, read beside the loop since that would block it."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    return lines
