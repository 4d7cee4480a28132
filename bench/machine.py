"""What figures depend on besides the code: the machine and the versions."""

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.node import node_version

_HERE = Path(__file__).parent


def describe_machine() -> dict[str, str]:
    """Return the date, the commit, the machine and the versions, in words."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": _commit(),
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "python": platform.python_version(),
        "trio": version("trio"),
        "node": node_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        told = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()
