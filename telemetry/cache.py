"""What a source said last of each satellite, and when it may be asked again, kept on disk."""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import NamedTemporaryFile

from telemetry.sources.source import Validators


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Hold the last good text about one satellite ("" before the first), and the rules for the next ask."""

    text: str = ""
    etag: str = ""
    last_modified: str = ""
    not_before_ms: int = 0  # ms UTC since 1970
    failures: int = 0  # asks in a row that brought no answer

    @property
    def validators(self) -> Validators:
        """Give what to ask with, so that an unchanged set is not sent again."""
        return Validators(self.etag, self.last_modified)


class DiskCache:
    """Keep one file a satellite and source stop signs in `folder`; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, norad: int) -> CacheEntry:
        """Give what is kept of `norad`; an empty entry where nothing is, or nothing that can be read."""
        try:
            entry = CacheEntry(**json.loads(self._entry_path(norad).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return CacheEntry()
        return entry if _is_sound(entry) else CacheEntry()

    def write(self, norad: int, entry: CacheEntry) -> None:
        """Keep `entry` of `norad`, on the disk when this returns; raises OSError where that cannot be."""
        self._replace(self._entry_path(norad), json.dumps(asdict(entry)))

    def stop(self, reason: str, at: str) -> None:
        """Put up the stop sign; raises OSError where it cannot be written."""
        sign = {
            "stopped_at": at,
            "reason": reason,
            "to_go_on": f"mend the cause, then delete {self.stop_sign}",
        }
        self._replace(self.stop_sign, json.dumps(sign, indent=1) + "\n")

    def stopped(self) -> str | None:
        """Give the reason on the stop sign, None where none stands; an unreadable sign is one, too."""
        try:
            return str(json.loads(self.stop_sign.read_text(encoding="utf-8"))["reason"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            return f"{self.stop_sign} cannot be read: {error}"

    @property
    def stop_sign(self) -> Path:
        """Give the file that, while it stands, forbids every ask; a human deletes it."""
        return self._folder / "STOPPED.json"

    def _entry_path(self, norad: int) -> Path:
        return self._folder / f"{norad}.json"

    def _replace(self, path: Path, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, suffix=".new", delete=False) as file:
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def _is_sound(entry: CacheEntry) -> bool:
    return all(isinstance(getattr(entry, field.name), type(field.default)) for field in fields(entry))
