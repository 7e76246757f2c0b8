"""The emulator's process: `python -m cli.cloud.launcher`, as cli/cloud/emulator.py starts it.

Holds a lock for as long as it lives. The kernel lets go of the lock however the process ends, so a held
lock means "running, and this is its process id", and a crash can be told from a clean stop.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from typing import TextIO

from cli.cloud.home import Home, home


def main() -> None:
    """Run the emulator until SIGTERM, then return when its state is saved."""
    place = home()
    lock = _take(place)
    place.unclean.write_text("The local cloud is running, or did not stop cleanly.\n")

    from cli.cloud import fills

    fills.apply_all()

    from ministack.app import main as run_emulator

    sys.argv = ["ministack"]
    run_emulator()
    place.unclean.unlink(missing_ok=True)
    lock.close()


def _take(place: Home) -> TextIO:
    lock = place.lock.open("a+", encoding="ascii")
    for _ in range(20):  # whoever asks "is it running?" holds the lock for an instant
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            time.sleep(0.05)
    else:
        sys.exit(f"Another local cloud runs from {place.path} already.")
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


if __name__ == "__main__":
    main()
