"""Run all tests: fast ones first on all cores, then the real processes and the real browser, one by one."""

import subprocess
import sys
from collections.abc import Sequence

from scripts.browser import BrowserMissing, find_browser

STAGES: tuple[tuple[str, ...], ...] = (
    ("-q", "-n", "auto", "--dist", "loadfile", "-m", "not e2e"),
    ("-q", "-m", "e2e"),
)


def main(arguments: Sequence[str]) -> int:
    """Run the stages until one fails, or pytest once with the arguments that are given."""
    try:
        find_browser()
    except BrowserMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    for stage in [tuple(arguments)] if arguments else STAGES:
        code = subprocess.run([sys.executable, "-m", "pytest", *stage], check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
