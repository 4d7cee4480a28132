"""Run by root, the tests try the hub as an ordinary user too; run by anybody else, they all have done so."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest
from hub_process import PROJECT, STOP_S_MAX, HubProcess, await_until, hub_folder, new_hub, run_hub
from sdk_people import in_the_lobby, run

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="all these tests have run as an ordinary user")

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
MAY_NOTHING = "--inh-caps=-all"
MAY_READ_EVERYTHING = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search")
"""For a Python or a project that lies where only root may look; what may be written stays the same."""
START_AS_THE_HUB_STARTS_ITS_SERVER = """
import subprocess, sys
sys.exit(subprocess.run([sys.executable, "-c", "import hub.main"]).returncode)
"""


@pytest.fixture(scope="module")
def prefix() -> Sequence[str]:
    """What makes an ordinary user of us, who can read the project."""
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv here to become an ordinary user with")
    for prefix in ((*AS_NOBODY, MAY_NOTHING), (*AS_NOBODY, *MAY_READ_EVERYTHING)):
        probe = [*prefix, sys.executable, "-c", START_AS_THE_HUB_STARTS_ITS_SERVER]
        if subprocess.run(probe, cwd=PROJECT, capture_output=True, check=False).returncode == 0:
            return prefix
    pytest.skip("an ordinary user may not read the project or its Python here")


@pytest.fixture
def hub(prefix: Sequence[str]) -> Iterator[HubProcess]:
    """A hub of an ordinary user, started and ready."""
    with new_hub(prefix=prefix) as started:
        os.chown(started.data_dir.parent, NOBODY, NOBODY)
        started.start()
        yield started


def test_the_hub_runs_as_an_ordinary_user(hub: HubProcess) -> None:
    owners = {path.stat().st_uid for path in hub.data_dir.rglob("*")}
    assert owners == {NOBODY}
    run(_post(hub, "1"))
    assert hub.stop() == 0
    hub.start()
    run(_post(hub, "2"))
    hub.kill()
    await_until(lambda: not hub.postmasters(), STOP_S_MAX, "the hub's PostgreSQL is gone")
    hub.start()
    assert [post.id for post in run(_history(hub))] == ["1", "2"]


async def _post(hub: HubProcess, message_id: str) -> None:
    async with in_the_lobby(hub, "Ada") as ada:
        await ada.post(message_id, "hello")


async def _history(hub: HubProcess) -> list[object]:
    async with in_the_lobby(hub, "Ada") as ada:
        return await ada.history()


def test_a_data_dir_that_cannot_be_written_is_one_line(prefix: Sequence[str]) -> None:
    with hub_folder() as folder:
        ended = run_hub(prefix=prefix, PORT="0", HUB_DATA_DIR=str(folder / "data"))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("cosmohub: HUB_DATA_DIR=")
    assert ended.stderr.count("\n") == 1
