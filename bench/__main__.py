"""`python -m bench [part …] [--quick]`: prints each figure beside its reference, measured in the same run."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict

from bench.api import measure_api
from bench.arena import Results, Say, measure_all, unique
from bench.chat import measure_chat
from bench.errors import BenchError, NotAvailable
from bench.fanout_parts import FANOUT_PARTS
from bench.figures import Figure, Value
from bench.machine import describe_machine
from bench.memory import measure_memory
from bench.parties.measure import PARTY_SIZE, measure_parties
from bench.plan import FULL, QUICK, Plan
from bench.processes import raise_open_files_limit, stop_on_signals
from bench.rejoin import measure_rejoin
from bench.report import as_table, write
from bench.sync.measure import measure_sync

_OTHER_PARTS: dict[str, Callable[[Plan, Say], list[Figure]]] = {
    "memory": measure_memory,
    "chat": measure_chat,
    "rejoin": measure_rejoin,
    "api": measure_api,
    "sync": measure_sync,
    "parties": measure_parties,
}
_PARTS = (*FANOUT_PARTS, *_OTHER_PARTS)
_SPARE_FILES = 500
_INTERRUPTED = 130


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(_PARTS)} (default: all)")
    parser.add_argument(
        "--quick", action="store_true", help="one short round: rough figures in under a minute"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(_PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    return arguments


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _measure_fanouts(parts: Sequence[str], plan: Plan) -> tuple[list[Figure], Results]:
    chosen = [FANOUT_PARTS[part] for part in parts if part in FANOUT_PARTS]
    contestants = unique(contestant for part in chosen for contestant in part.contestants)
    results = measure_all(contestants, plan, _say)
    return [figure for part in chosen for figure in part.figures(results)], results


def _measure_other(part: str, plan: Plan) -> list[Figure]:
    try:
        return _OTHER_PARTS[part](plan, _say)
    except (BenchError, OSError) as error:
        _say(f"{part}: {type(error).__name__}: {error}")
        return [Figure(part, f"{type(error).__name__}, see above", Value(None, "not measured"))]


def _check_open_files(plan: Plan) -> None:
    limit, wanted = (
        raise_open_files_limit(),
        max(plan.idle_connections, plan.returning_clients, plan.parties * PARTY_SIZE) + _SPARE_FILES,
    )
    if limit < wanted:
        raise NotAvailable(
            f"{limit} open files are allowed, {wanted} are needed: raise it with ulimit -Hn {wanted}"
        )


def _run(parts: Sequence[str], plan: Plan) -> int:
    _check_open_files(plan)
    machine = describe_machine()
    figures, results = _measure_fanouts(parts, plan)
    for part in parts:
        if part in _OTHER_PARTS:
            figures += _measure_other(part, plan)
    written = write(figures, machine, {"plan": asdict(plan), "fanouts": results.as_json()})
    print(as_table(figures))
    print(f"\nWritten to {written}")
    if results.disturbed():
        print(f"Other programs were busy (share of a core), take care: {', '.join(results.disturbed())}")
    return 1 if any(figure.measured.amount is None for figure in figures) else 0


def main() -> int:
    """Measure what the command line asks for; return 0 when everything could be measured."""
    arguments = _arguments()
    parts = [part for part in _PARTS if not arguments.parts or part in arguments.parts]
    stop_on_signals()
    try:
        return _run(parts, QUICK if arguments.quick else FULL)
    except BenchError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("stopped; every server of this run was stopped too")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
