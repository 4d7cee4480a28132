"""The commands from the outside: what they print, where, and their exit codes; a wrong start is one line."""

import socket
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hub_process import HubProcess, free_port, hub_folder, new_hub, run_hub

FAILED, MISUSED = 1, 2
NOBODY_LISTENS = "postgresql://hub:hunter2@127.0.0.1:1/hub"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for data, and for what is in their way."""
    with hub_folder() as made:
        yield made


def _assert_one_line(ended: CompletedProcess[str], code: int, *words: str) -> None:
    assert ended.stdout == ""
    assert ended.stderr.startswith("cosmohub: ")
    assert ended.stderr.count("\n") == 1
    for word in words:
        assert word in ended.stderr
    assert ended.returncode == code


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_wrong_setting_is_one_line(command: str) -> None:
    ended = run_hub(command, PORT="eight thousand")
    _assert_one_line(ended, MISUSED, "PORT='eight thousand'", "a whole number from 0 to 65535")


def test_a_data_dir_that_is_a_file_is_one_line(folder: Path) -> None:
    file = folder / "file"
    file.touch()
    _assert_one_line(run_hub(HUB_DATA_DIR=str(file)), MISUSED, f"HUB_DATA_DIR='{file}'")


def test_a_database_that_is_not_there_is_one_line(folder: Path) -> None:
    ended = run_hub(PORT="0", HUB_DATA_DIR=str(folder), DATABASE_URL=NOBODY_LISTENS)
    _assert_one_line(ended, FAILED, "DATABASE_URL")
    assert "hunter2" not in ended.stderr


def test_a_port_that_is_taken_is_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run_hub(PORT=str(port), HUB_DATA_DIR=str(folder))
    _assert_one_line(ended, FAILED, f"PORT={port} is taken")
    assert list(folder.iterdir()) == []


def test_an_address_of_another_machine_is_one_line(folder: Path) -> None:
    _assert_one_line(
        run_hub(HOST="203.0.113.7", PORT="0", HUB_DATA_DIR=str(folder)), FAILED, "HOST=203.0.113.7"
    )


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_second_hub_on_the_same_data_is_one_line(hub: HubProcess, command: str) -> None:
    ended = run_hub(command, PORT="0", HUB_DATA_DIR=str(hub.data_dir))
    _assert_one_line(ended, FAILED, str(hub.data_dir), f"process {hub.process.pid}")
    assert hub.is_ready()


def test_an_unknown_command_names_the_known_ones() -> None:
    ended = run_hub("dance")
    assert ended.returncode == MISUSED
    for command in ("serve", "doctor", "migrate", "worker", "version"):
        assert command in ended.stderr


def test_version() -> None:
    ended = run_hub("version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("CosmoHub ")


def test_migrate_brings_the_database_up_to_date_once() -> None:
    with new_hub() as hub:
        first = run_hub("migrate", HUB_DATA_DIR=str(hub.data_dir))
        assert (first.returncode, first.stderr) == (0, "")
        assert first.stdout.startswith("applied: 0001_")
        second = run_hub("migrate", HUB_DATA_DIR=str(hub.data_dir))
        assert (second.returncode, second.stdout) == (0, "the database is up to date\n")
        assert hub.postmasters() == []
        hub.start()


def test_the_doctor_finds_nothing_wrong_here(folder: Path) -> None:
    ended = run_hub("doctor", PORT=str(free_port()), HUB_DATA_DIR=str(folder / "data"))
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert all(line.startswith("ok ") for line in ended.stdout.splitlines())
    for subject in ("port", "data dir", "database", "SGP4", "ffmpeg", "page libraries"):
        assert f" {subject}" in ended.stdout
    assert list(folder.iterdir()) == []


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run_hub("doctor", PORT=str(port), HUB_DATA_DIR=str(folder), DATABASE_URL=NOBODY_LISTENS)
    assert ended.returncode == FAILED
    wrong = [line for line in ended.stdout.splitlines() if line.startswith("WRONG ")]
    assert [line.split(":")[0] for line in wrong] == [f"WRONG port {port} on 127.0.0.1", "WRONG database"]
    assert "set PORT" in wrong[0]
    assert "DATABASE_URL" in wrong[1]


def test_what_is_printed_at_the_start(hub: HubProcess) -> None:
    first, second = hub.log_text().splitlines()[:2]
    assert first.endswith(f"is ready: {hub.url}")
    assert second.startswith("  embedded: PostgreSQL ")
    assert str(hub.data_dir) in second


def test_the_secret_is_kept_for_its_owner_only(hub: HubProcess) -> None:
    secret = hub.data_dir / "jwt_secret"
    made = secret.read_text()
    assert secret.stat().st_mode & 0o777 == 0o600
    assert hub.stop() == 0
    hub.start()
    assert secret.read_text() == made
    assert made.strip() not in hub.log_text()
