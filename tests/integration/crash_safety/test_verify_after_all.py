"""After every month that was broken on this cloud, the command that proves the ledger."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LocalCloudForTests
from tests.integration.crash_safety.conftest import EVERYTHING

pytestmark = pytest.mark.emulator


@pytest.mark.skipif(
    not EVERYTHING, reason="other tests leave ledgers broken on purpose; `make crash` runs it alone"
)
def test_ledger_verify_is_clean(local_cloud: LocalCloudForTests) -> None:
    program = Path(sys.executable).with_name("headgate")
    verify = subprocess.run([program, "ledger", "verify"], capture_output=True, text=True, check=False)
    assert verify.returncode == 0, verify.stdout[-4000:] + verify.stderr[-2000:]
