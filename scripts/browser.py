"""The browser that the tests drive: one that is on the machine, named by CHROMIUM or found on the PATH."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


class BrowserMissing(Exception):
    """There is no browser to test with; says the one command that brings it."""


def find_browser() -> str:
    """Return the path of a Chromium; raise BrowserMissing."""
    named = os.environ.get("CHROMIUM")
    if named:
        return _named(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    for path in ON_A_MAC:
        if path.is_file():
            return str(path)
    raise BrowserMissing(f"the tests need a Chromium; this brings it: {_command()}")


def _named(named: str) -> str:
    found = shutil.which(named)
    if found is None:
        raise BrowserMissing(f"CHROMIUM={named!r} is no program that can be run: name a Chromium's path")
    return found


def _command() -> str:
    if shutil.which("apt-get"):
        return "sudo apt-get install --yes chromium"
    if shutil.which("brew"):
        return "brew install --cask chromium"
    return "install chromium with the system's package manager, or set CHROMIUM to its path"
