"""The numbered SQL files beside this module, applied once each, in order."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from store.database import Connection, Database, Row
from store.errors import DatabaseError

__all__ = ["DatabaseChanged", "DatabaseNewer", "Migration", "known_migrations", "migrate"]

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x436F_736D_6F48_7562  # any number that no other user of the database locks on
_MIGRATION_S_MAX = 3600.0
_TABLE = """
create table if not exists schema_migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
)
"""


class DatabaseNewer(DatabaseError):
    """The database was migrated by a newer program than this one."""


class DatabaseChanged(DatabaseError):
    """A migration that was applied reads otherwise now."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return what tells that the file was changed after it had been applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations(folder: Path = _FOLDER) -> list[Migration]:
    """Read the files NNNN_name.sql of a folder, by number."""
    files = sorted(folder.glob("[0-9]*_*.sql"))
    return [Migration(int(file.stem.split("_")[0]), file.stem, file.read_text("utf-8")) for file in files]


async def migrate(database: Database, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Bring the database up to date and return the names of what was applied.

    Each migration is one transaction under an advisory lock, so several processes may start at once. Raises
    DatabaseNewer or DatabaseChanged, before anything is touched, when this program does not fit the database.
    """
    known = known_migrations() if migrations is None else migrations

    async def apply_next(connection: Connection) -> str | None:
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK, timeout=_MIGRATION_S_MAX)
        await connection.execute(_TABLE)
        missing = _missing(
            known, await connection.fetch("select number, name, checksum from schema_migration")
        )
        if not missing:
            return None
        await _apply(connection, missing[0])
        return missing[0].name

    applied = []
    while name := await database.transaction(apply_next):
        applied.append(name)
    return applied


async def _apply(connection: Connection, migration: Migration) -> None:
    await connection.execute(migration.sql, timeout=_MIGRATION_S_MAX)
    record = "insert into schema_migration (number, name, checksum) values ($1, $2, $3)"
    await connection.execute(record, migration.number, migration.name, migration.checksum)


def _missing(known: Sequence[Migration], applied: Sequence[Row]) -> list[Migration]:
    by_number = {migration.number: migration for migration in known}
    for row in applied:
        ours = by_number.get(row["number"])
        if ours is None:
            raise DatabaseNewer(
                f"the database has the migration {row['name']}, this program knows up to"
                f" {max(by_number, default=0):04}: start the newer program, or restore an older backup"
            )
        if ours.checksum != row["checksum"]:
            raise DatabaseChanged(
                f"the migration {ours.name} was applied in another wording: put the file back as it was and"
                " write the change as a new migration"
            )
    done = {row["number"] for row in applied}
    return [migration for migration in known if migration.number not in done]
