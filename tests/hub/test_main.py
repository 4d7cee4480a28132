"""The command line: what is printed, where to, and the exit codes."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from hub import __version__
from hub import main as main_module
from hub.doctor import Finding
from hub.main import COMMANDS, FAILED, main
from hub.serve import CannotStart, _why_not_listening
from hub.settings import BadSetting, Settings
from store.errors import DatabaseUnavailable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _logs_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_module, "set_up_logs", lambda *_: None)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"CosmoHub {__version__}\n"


def test_a_python_without_the_libraries_is_told_which_one_to_use() -> None:
    bare = subprocess.run(
        [sys.executable, "-S", "-m", "hub", "version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (bare.returncode, bare.stdout) == (1, "")
    assert bare.stderr.startswith("cosmohub: ")
    assert bare.stderr.endswith("is not installed here: use .venv/bin/python, which `make run` sets up\n")


def test_the_commands() -> None:
    assert sorted(COMMANDS) == ["doctor", "migrate", "serve", "version", "worker"]


def test_help_tells_what_each_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["--help"], ["serve", "doctor", "admin", "Bring the database up to date."]),
        (["admin", "--help"], ["grant"]),
        (["admin", "grant", "--help"], ["EMAIL", "ROLE", "viewer, creator, admin"]),
    ):
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        assert exit_.value.code == 0
        printed = capsys.readouterr().out
        assert all(word in printed for word in words)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["admin"], "ACT"),
        (["admin", "grant"], "EMAIL"),
        (["admin", "grant", "ada@example.org"], "ROLE"),
        (["admin", "grant", "ada@example.org", "king"], "viewer"),
        (["admin", "dismiss", "ada@example.org"], "grant"),
        (["serve", "more"], "more"),
    ],
)
def test_what_is_missing_or_unknown_is_named(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert word in capsys.readouterr().err


def test_an_unknown_command_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["fly"])
    assert exit_.value.code == 2
    assert "serve" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        CannotStart("PORT=80 is taken"),
        DatabaseUnavailable("no database"),
        PermissionError(errno.EACCES, "Permission denied", "var"),
        BadSetting("the secret in var", "(hidden)", "longer"),
        ExceptionGroup("", [ExceptionGroup("", [CannotStart("PORT=80 is taken")])]),
        ExceptionGroup("", [BadSetting("the secret in var", "(hidden)", "longer")]),
    ],
)
def test_a_known_reason_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(settings: Settings) -> int:
        raise error

    monkeypatch.setitem(COMMANDS, "serve", fail)
    assert main([]) in (FAILED, main_module.MISUSED)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("cosmohub: ")
    assert printed.err.count("\n") == 1


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings) -> int:
        raise ExceptionGroup("", [CannotStart("x"), ZeroDivisionError()])

    monkeypatch.setitem(COMMANDS, "serve", fail)
    with pytest.raises(ExceptionGroup):
        main(["serve"])


async def test_a_port_that_is_taken_is_named() -> None:
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        port = listener.socket.getsockname()[1]
        with pytest.raises(OSError, match="in use") as taken:
            await trio.open_tcp_listeners(port, host="127.0.0.1")
        reason = _why_not_listening(Settings(port=port), taken.value)
        assert reason.startswith(f"PORT={port} is taken on 127.0.0.1")


def test_a_finding_says_whether_it_is_well() -> None:
    assert str(Finding("port 80", False, "taken")) == "WRONG port 80: taken"
    assert str(Finding("port 80", True, "free")) == "ok    port 80: free"
