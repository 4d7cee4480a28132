"""The command line: `python -m hub [serve|doctor|migrate|worker|version]`."""

import sys

from hub.main import main

sys.exit(main(sys.argv[1:]))
