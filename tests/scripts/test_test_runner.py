"""The test runner: all of one stage before any of the next, and one closing line that counts all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from scripts import test
test.FAST, test.REAL, test.ALONE = ["fast.py"], ["real.py"], ["alone.py"]
sys.exit(test.main(sys.argv[1:]))
"""
WELL = "def test_well(): pass\n"
SKIPS = "import pytest\n@pytest.mark.skip(reason='for once')\ndef test_skipped(): pass\n"
FAILS = "def test_fails(): assert False\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose stages are well."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q -p no:cacheprovider\n")
    (tmp_path / "fast.py").write_text(WELL + SKIPS)
    (tmp_path / "real.py").write_text(WELL)
    (tmp_path / "alone.py").write_text(WELL)
    return tmp_path


def _run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT), "CHROMIUM": sys.executable} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_closing_line_counts_all_stages(folder: Path) -> None:
    ended = _run(folder)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("3 passed, 1 skipped in ")


def test_a_stage_that_fails_is_the_last(folder: Path) -> None:
    (folder / "fast.py").write_text(WELL + FAILS)
    ended = _run(folder)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("1 failed, 1 passed in ")


def test_a_later_stage_that_fails_is_counted_with_the_earlier(folder: Path) -> None:
    (folder / "real.py").write_text(FAILS)
    ended = _run(folder)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("1 failed, 1 passed, 1 skipped in ")


@pytest.mark.parametrize("stage", ["fast.py", "real.py", "alone.py"])
def test_a_stage_without_tests_is_a_failure(folder: Path, stage: str) -> None:
    (folder / stage).write_text("")
    assert _run(folder).returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_arguments_go_to_pytest_once(folder: Path) -> None:
    ended = _run(folder, "real.py", "-k", "well")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("1 passed in ")


def test_a_missing_browser_is_told_before_anything_runs(folder: Path) -> None:
    ended = _run(folder, CHROMIUM="/no/such/browser")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "/no/such/browser" in ended.stderr
