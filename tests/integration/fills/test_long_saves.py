"""The web server under the emulator still gives shutdown a minute."""

from __future__ import annotations

import pytest
from hypercorn.config import Config

from cli.cloud.fills import long_saves


def test_the_server_still_cuts_a_long_save_off() -> None:
    assert Config().shutdown_timeout < long_saves.LONGEST_SAVE_S, "the fill is needless now: take it out"


def test_filled_a_save_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Config, "shutdown_timeout", Config.shutdown_timeout)  # restored after the test
    long_saves.apply()
    assert Config().shutdown_timeout == long_saves.LONGEST_SAVE_S
