"""Run all tests: fast ones first on all cores, then the real processes and the real browser, one by one.

The stages are two runs of pytest, so that the second begins only when all of the first is well; they share a
process, so that the last thing printed, the second's closing line, counts both.
"""

import sys
from collections.abc import Sequence

import pytest

from scripts.browser import BrowserMissing, find_browser

FAST = ("-q", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "-m", "not e2e")
REAL = ("-q", "-m", "e2e")


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
    for stage in [tuple(arguments)] if arguments else (FAST, REAL):
        code = pytest.main(list(stage), plugins=[closing_line])
        if code != pytest.ExitCode.OK:  # no tests at all is a failure too
            return int(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
