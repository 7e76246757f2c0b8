"""Run what packaging calls, and say what it said when it fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud.emulator import REGION


class PackagingFailed(Refusal):
    """A tool that packaging calls ended with an error."""


def run(command: list[str], *, what: str, cwd: Path | None = None) -> str:
    """Run a command; return what it prints. Raises PackagingFailed with its last words."""
    # Chalice looks for a region for minutes when none is set.
    environment = {"AWS_DEFAULT_REGION": REGION} | os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    environment.pop("AWS_ENDPOINT_URL", None)
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:  # not there, or made for another processor
        raise PackagingFailed(f"{what} cannot be started: {error}", command=command) from None
    if done.returncode != 0:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise PackagingFailed(f"{what} ended with code {done.returncode}:\n{words}", command=command)
    return done.stdout
