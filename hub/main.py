"""The commands: serve, doctor, migrate, worker, admin, version."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

import trio

from api.accounts.roles import ACCOUNT_ROLES
from hub import __version__
from hub.doctor import examine
from hub.grants import CannotGrant, grant_role
from hub.logs import set_up_logs
from hub.serve import CannotStart, serve
from hub.settings import BadSetting, Settings, make_data_dir, read_settings
from hub.upkeep import bring_up_to_date, work
from store.errors import DatabaseError

FAILED = 1
MISUSED = 2
KNOWN_REASONS = (CannotStart, CannotGrant, DatabaseError, OSError)


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name, serve by default, and return the exit code."""
    asked = _parser().parse_args(list(arguments))
    command = partial(_grant, asked) if asked.command == "admin" else COMMANDS[asked.command or "serve"]
    try:
        settings = read_settings()
        set_up_logs(settings.log_level, settings.log_format)
        return command(settings)
    except BadSetting as error:
        _complain(str(error))
        return MISUSED
    except KNOWN_REASONS as error:
        _complain(_reason(error))
        return FAILED
    except BaseExceptionGroup as group:
        return _only_reason(group)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hub", description="A realtime hub for a space-video community."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", help="serve when left out")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__, description=command.__doc__)
    acts = commands.add_parser("admin", help="Look after accounts.").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    grant = acts.add_parser("grant", help=_grant.__doc__, description=_grant.__doc__)
    grant.add_argument("email", metavar="EMAIL", help="the address that the account signed up with")
    grant.add_argument("role", metavar="ROLE", choices=list(ACCOUNT_ROLES), help=", ".join(ACCOUNT_ROLES))
    return parser


def _only_reason(group: BaseExceptionGroup[BaseException]) -> int:
    """Say a known reason in one line; anything else is a bug and keeps its traceback."""
    known, unknown = group.split((BadSetting, *KNOWN_REASONS))
    if unknown is not None or known is None:
        raise group
    for error in _leaves(known):
        _complain(_reason(error))
    return FAILED


def _reason(error: BaseException) -> str:
    given = isinstance(error, DatabaseError) and os.environ.get("DATABASE_URL")
    return f"{error}: check DATABASE_URL, and that the server is up" if given else str(error)


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]


def _complain(message: str) -> None:
    sys.stderr.write(f"cosmohub: {message}\n")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT."""
    make_data_dir(settings.data_dir)
    trio.run(partial(serve, settings, _say))
    return 0


def _doctor(settings: Settings) -> int:
    """Look at all that a hub needs and say what is wrong."""
    findings = trio.run(partial(examine, settings))
    for finding in findings:
        _say(str(finding))
    return 0 if all(finding.well for finding in findings) else FAILED


def _migrate(settings: Settings) -> int:
    """Bring the database up to date."""
    make_data_dir(settings.data_dir)
    applied = trio.run(partial(bring_up_to_date, settings))
    _say("applied: " + ", ".join(applied) if applied else "the database is up to date")
    return 0


def _work(settings: Settings) -> int:
    """Hold a worker's place until SIGTERM."""
    trio.run(partial(work, settings, _say))
    return 0


def _version(settings: Settings) -> int:
    """Print the version."""
    _say(f"CosmoHub {__version__}")
    return 0


def _grant(asked: argparse.Namespace, settings: Settings) -> int:
    """Give an account a role, which counts at once; the hub may run meanwhile."""
    make_data_dir(settings.data_dir)
    _say(trio.run(partial(grant_role, settings, asked.email, asked.role)))
    return 0


COMMANDS: dict[str, Callable[[Settings], int]] = {
    "serve": _serve,
    "doctor": _doctor,
    "migrate": _migrate,
    "worker": _work,
    "version": _version,
}
