"""The Python client of watch parties as a program: it comes in, follows, and obeys what is typed."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from typing import Any

from hub_process import PROJECT, HubProcess

PATIENCE_S = 60.0
CLOSE_S = 0.2
_AT = re.compile(r"playing Film at ([\d.]+) s ×1, ([+-]\d+) ms off")


class Program:
    """The example, its lines as they come, and somebody at its keyboard."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def line_with(self, wanted: Callable[[str], Any]) -> str:
        """Return the next line that is as wanted."""
        read: list[str] = []
        while True:
            try:
                read.append(self._lines.get(timeout=PATIENCE_S))
            except Empty:
                raise AssertionError(f"it said only: {read}") from None
            if wanted(read[-1]):
                return read[-1]


@contextmanager
def member(link: str, name: str) -> Iterator[Program]:
    """Start the example; end it, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.watch_party", link, "--name", name, "--drift", "150"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Program(process)
        finally:
            process.kill()


def ask(hub: HubProcess, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """POST to the API, which must agree."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    assert response.status in (200, 201), answer
    return dict(answer)


def open_party(hub: HubProcess) -> str:
    """Open a party by invitation, and return the link that makes hosts of people."""
    person = {"email": "olive@example.org", "password": "correct horse battery", "display_name": "Olive"}
    token = ask(hub, "/api/auth/signup", person)["token"]
    film = {"url": "/film.mp4", "title": "Film", "duration_ms": 600_000}
    plan = {"title": "Night", "visibility": "invite", "policy": "all", "items": [film]}
    party = ask(hub, "/api/parties", plan, token)["party"]["id"]
    invite = ask(hub, f"/api/parties/{party}/invites", {"role": "host"}, token)
    return f"{hub.url}/watch/{party}#invite={invite['secret']}"


def test_two_members_follow_what_one_of_them_types_through_a_kill_of_the_hub(hub: HubProcess) -> None:
    link = open_party(hub)
    with member(link, "Television") as television, member(link, "Bot") as bot:
        for each in (television, bot):
            each.line_with(lambda line: "lobby Film" in line and "2 here" in line)
        bot.type("play")
        bot.line_with(lambda line: "playing Film" in line)
        bot.type("seek 120")
        at = [_place(each.line_with(lambda line: (_place(line) or 0) > 120)) for each in (television, bot)]
        assert all(place is not None and place < 130 for place in at)
        hub.kill()
        hub.start()
        television.type("pause")
        places = [each.line_with(lambda line: "paused Film" in line) for each in (television, bot)]
        assert len({place.partition(" at ")[2].partition(" s ")[0] for place in places}) == 1
        bot.type("rate fast")
        bot.line_with(lambda line: "rate needs a number" in line)
        bot.type("quit")
        assert bot.process.wait(PATIENCE_S) == 0
        television.line_with(lambda line: "1 here" in line)


def test_who_is_not_invited_is_told_so(hub: HubProcess) -> None:
    link = open_party(hub).partition("#")[0]
    with member(link, "Stranger") as stranger:
        stranger.line_with(lambda line: "invit" in line or "no such party" in line)
        assert stranger.process.wait(PATIENCE_S) == 1


def _place(line: str) -> float | None:
    """Return where a line says that it plays, if it is there within CLOSE_S."""
    found = _AT.search(line)
    if found is None or abs(int(found[2])) > CLOSE_S * 1000:
        return None
    return float(found[1])
