"""The command line: `python -m hub [serve|doctor|migrate|worker|admin|version]`."""

import sys

OWN_PACKAGES = {"actors", "api", "hub", "media", "rooms", "store", "telemetry"}

try:
    from hub.main import main
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] in OWN_PACKAGES:
        raise
    sys.exit(f"cosmohub: {error.name} is not installed here: use .venv/bin/python, which `make run` sets up")

sys.exit(main(sys.argv[1:]))
