"""Becoming somebody else: with the rights that PostgreSQL needs and no others."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.account import Account, choose_account
from store.errors import EmbeddedPostgresError

NOBODY = 65534
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux can become somebody else"
)


def run(account: str, *command: str) -> subprocess.CompletedProcess[str]:
    launch = Account(account).command(signal.SIGKILL, Path("/bin/sh"), "-c", *command)
    return subprocess.run(launch, capture_output=True, text=True, timeout=10, check=False)


def status(account: str, field: str) -> list[str]:
    """What the kernel says of a process of this account."""
    lines = run(account, "cat /proc/self/status").stdout.splitlines()
    (line,) = [line for line in lines if line.startswith(f"{field}:")]
    return line.split()[1:]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "secret"
    folder.mkdir(mode=0o700)
    (folder / "file").write_text("found")
    return folder


def test_an_account_has_no_rights_of_root(secret: Path) -> None:
    account = f"{NOBODY}:{NOBODY}"
    assert status(account, "Uid") == status(account, "Gid") == [str(NOBODY)] * 4
    assert status(account, "Groups") == []
    assert int(status(account, "CapEff")[0], 16) == 0
    assert run(account, f"cat {secret}/file").returncode != 0


def test_reach_opens_folders_and_gives_nothing_else(secret: Path) -> None:
    account = f"{NOBODY}:{NOBODY}:reach"
    assert status(account, "Uid") == [str(NOBODY)] * 4
    assert int(status(account, "CapEff")[0], 16) == int(status(account, "CapPrm")[0], 16) == 1 << 1
    assert run(account, f"cat {secret}/file").stdout == "found"
    assert run(account, f"test -r {secret}/file").returncode == 0
    assert run(account, "chown 0:0 /dev/null").returncode != 0


def test_a_namespace_calls_root_nobody(secret: Path) -> None:
    told = run("namespace", f"id -u && cat {secret}/file")
    if "unshare" in told.stderr:
        pytest.skip("this system allows no user namespaces")
    assert told.stdout == f"{NOBODY}\nfound"


def test_a_program_whose_hub_has_ended_does_not_begin() -> None:
    command = Account("self").command(signal.SIGKILL, Path("/bin/echo"), "began")
    command[command.index(str(os.getpid()))] = "1"
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode != 0
    assert "began" not in done.stdout
    assert "the hub ended" in done.stderr


def test_when_no_account_can_run_it_each_says_why(tmp_path: Path) -> None:
    with pytest.raises(
        EmbeddedPostgresError, match=rf"as {NOBODY}:{NOBODY}: .*as namespace: .*start the hub as"
    ):
        choose_account(tmp_path / "absent", tmp_path, tmp_path)
