"""Time to save state.

The web server under ministack gives shutdown 60 s and then drops what is not written. A large ledger takes
longer.
"""

from __future__ import annotations

from hypercorn.config import Config

LONGEST_SAVE_S = 600


def apply() -> None:
    """Let shutdown take as long as saving may take."""
    Config.shutdown_timeout = LONGEST_SAVE_S
