"""An interpreter of Lambda's version on any machine: Debian 13's Python 3.13, started by its own loader.

It makes byte code (a layer is read-only, so without it every cold start compiles every module again) and lets
tests run what is deployed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from cli.deploy.debian import Debian
from cli.deploy.tools import run

RELEASE = "trixie"
PACKAGES = ("python3.13-minimal", "libpython3.13-stdlib")


@dataclass(frozen=True, slots=True)
class LambdaPython:
    """Python 3.13 below `root`."""

    root: Path

    @classmethod
    def open(cls, folder: Path) -> LambdaPython:
        """Unpack it below `folder`, unless it is there. Raises ToolMissing, PackagingFailed."""
        root = folder / "root"
        if not (folder / "complete").exists():
            Debian.open(RELEASE, folder / "apt").unpack(PACKAGES, root)
            shutil.rmtree(folder / "apt")
            (folder / "complete").touch()
        return cls(root)

    def command(self, *library_folders: Path) -> list[str]:
        """The interpreter's command. It looks for libraries in `library_folders`, then in its own."""
        own = self.root / "usr/lib/x86_64-linux-gnu"
        path = ":".join(str(folder) for folder in (*library_folders, own))
        loader = str(self.root / "usr/lib64/ld-linux-x86-64.so.2")
        return [loader, "--library-path", path, str(self.root / "usr/bin/python3.13")]

    def compile(self, folder: Path, *, as_folder: str) -> None:
        """Add byte code to every module, as if it lay in `as_folder`, where nothing ever changes."""
        run(
            [
                *self.command(),
                *("-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
                *("-s", str(folder), "-p", as_folder, str(folder)),
            ],
            what="compileall",
        )
