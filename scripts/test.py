"""Run all tests: fast ones first, then real processes and browsers, then what wants the machine for itself.

Each stage is a run of pytest, which begins only when all of the one before is well; they share a process, so
that the last thing printed, the last one's closing line, counts all.
"""

import sys
from collections.abc import Sequence

import pytest

from scripts.browser import BrowserMissing, find_browser

FAST = ("-q", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "-m", "not e2e")
REAL = ("-q", "-n", "2", "--dist", "loadfile", "-m", "e2e and not alone")
ALONE = ("-q", "-m", "alone")


class ClosingLine:
    """Counts the tests of earlier stages in the closing line of the last, and the time they took."""

    def __init__(self) -> None:
        self._earlier: pytest.TerminalReporter | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take over what an earlier stage has reported."""
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None:
            return
        if self._earlier is not None:
            reporter.stats.update({name: list(reports) for name, reports in self._earlier.stats.items()})
            reporter._session_start = self._earlier._session_start  # noqa: SLF001  # no public way
        self._earlier = reporter


def main(arguments: Sequence[str]) -> int:
    """Run the stages until one fails, or pytest once with the arguments that are given."""
    try:
        find_browser()
    except BrowserMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    closing_line = ClosingLine()
    for stage in [tuple(arguments)] if arguments else (FAST, REAL, ALONE):
        code = pytest.main(list(stage), plugins=[closing_line])
        if code != pytest.ExitCode.OK:  # no tests at all is a failure too
            return int(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
