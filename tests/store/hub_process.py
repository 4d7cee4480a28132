"""A hub that only keeps its PostgreSQL up, in DATA_DIR; prints the server and the account it has itself."""

import os
import sys
from pathlib import Path

import trio

sys.path.insert(0, str(Path(__file__).parents[2]))

from store.embedded import open_embedded_postgres


async def main() -> None:
    async with open_embedded_postgres(Path(sys.argv[1])) as server:
        print(server.pid, os.geteuid(), flush=True)  # noqa: T201  # it is how the test learns of it
        await trio.sleep_forever()


trio.run(main)
