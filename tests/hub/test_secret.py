"""The secret of the tokens: given, or made once and kept for its owner alone."""

import os
from pathlib import Path

import pytest

from api.tokens import SECRET_BYTES_MIN
from hub.secret import FILE_NAME, jwt_secret
from hub.settings import BadSetting, Settings


def test_a_given_one_is_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert jwt_secret(Settings(data_dir=tmp_path, jwt_secret="s" * 32)) == "s" * 32
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "deep" / "var")
    umask = os.umask(0)
    try:
        secret = jwt_secret(settings)
    finally:
        os.umask(umask)
    file = settings.data_dir / FILE_NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(secret.encode()) >= SECRET_BYTES_MIN
    assert jwt_secret(settings) == secret
    assert list(settings.data_dir.iterdir()) == [file]
    assert jwt_secret(Settings(data_dir=tmp_path)) != secret


def test_a_hub_that_was_killed_while_it_wrote_leaves_no_trace(tmp_path: Path) -> None:
    draft = tmp_path / f"{FILE_NAME}.new"
    draft.write_text("hal")
    draft.chmod(0o666)
    secret = jwt_secret(Settings(data_dir=tmp_path))
    assert len(secret) > 40
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "\n", "short"])
def test_one_that_was_cut_short_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(BadSetting, match=r"jwt_secret.*at least 32 bytes.*remove the file") as bad:
        jwt_secret(Settings(data_dir=tmp_path))
    assert "short" not in str(bad.value).replace(str(tmp_path), "")
