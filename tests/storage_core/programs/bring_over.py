"""bring_over.py SOURCE TARGET: bring everything over, and say what stopped it, and then each key with its outcome."""

import asyncio
import sys
from pathlib import Path

from storage_core import AsyncStorage, StorageError
from storage_core.transfer import Transfer


async def main(source: Path, target: Path) -> None:
    async with AsyncStorage(source) as ours, AsyncStorage(target) as theirs:
        transfer = Transfer(ours, theirs)
        try:
            await transfer.run()
        except StorageError as error:
            print(type(error).__name__)
        else:
            print("finished")
        for line in transfer.report:
            print(line.source.key, line.outcome.name)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
