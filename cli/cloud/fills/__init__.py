"""Gaps of ministack 1.5.33 that we fill: one module each, applied by the launcher before the emulator starts.

Each module says what the emulator lacks, has `apply()`, and a test under tests/integration/fills that fails
once a newer emulator does the thing by itself, so that no fill outlives its need.
"""

from __future__ import annotations

from cli.cloud.fills import error_types, long_saves, map_concurrency, openapi_import, sign_in_time

ALL = (openapi_import, error_types, sign_in_time, map_concurrency, long_saves)


def apply_all() -> None:
    """Patch the emulator that this process is about to run."""
    for fill in ALL:
        fill.apply()
