"""Where the local cloud of this checkout keeps its things."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one local cloud: `.headgate/` in the checkout, or what HEADGATE_HOME names."""

    path: Path

    @property
    def ports(self) -> Path:
        """Ports chosen once and kept, so that addresses stay the same from day to day."""
        return self.path / "ports.json"

    @property
    def lock(self) -> Path:
        """Held by the emulator for as long as it lives, whatever ends it; holds its process id."""
        return self.path / "cloud.lock"

    @property
    def unclean(self) -> Path:
        """Exists from start until state is saved: found without the lock held, the last run crashed."""
        return self.path / "cloud.unclean"

    @property
    def log(self) -> Path:
        return self.path / "cloud.log"

    @property
    def state(self) -> Path:
        """What the emulator saves when it stops."""
        return self.path / "state"

    @property
    def objects(self) -> Path:
        """S3 objects, written as they are put."""
        return self.path / "objects"

    @property
    def scratch(self) -> Path:
        """Unpacked functions of running workers."""
        return self.path / "tmp"

    def build(self, stage: str) -> Path:
        """Staging folder of what is deployed to a stage."""
        return self.path / "build" / stage

    @property
    def layers(self) -> Path:
        """Layers made for AWS, by their content, and what they are made with."""
        return self.path / "layers"

    def stack(self, stage: str) -> Path:
        """The stage's stack outputs as of the last deploy."""
        return self.path / f"stack-{stage}.json"


def home() -> Home:
    """Return this checkout's home, made if it was not there."""
    path = Path(os.environ.get("HEADGATE_HOME") or PROJECT / ".headgate").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return Home(path)
