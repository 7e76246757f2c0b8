"""Debian packages, fetched and unpacked without being installed.

An apt of our own (its lists, its sources, no package installed) serves any release on any Debian or Ubuntu:
what comes out does not depend on the machine that packages. apt checks Debian's signature and every hash.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from chalicelib.domain.kernel.errors import Refusal
from cli.deploy.tools import run

ARCHIVE = "http://deb.debian.org"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class ToolMissing(Refusal):
    """A program that packaging for AWS calls is not on this machine."""


@dataclass(frozen=True, slots=True, order=True)
class DebianPackage:
    """One binary package at the version the archive has now."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Debian:
    """One release's archive, amd64, with security updates. `folder` is ours."""

    release: str
    folder: Path

    @classmethod
    def open(cls, release: str, folder: Path) -> Debian:
        """Read what the archive offers today. Raises ToolMissing, PackagingFailed."""
        need_tools({"apt-get": "apt", "dpkg-deb": "dpkg"})
        if not KEYRING.exists():
            raise ToolMissing(
                f"{KEYRING} is missing, so nothing proves that a package is Debian's. "
                "Install it: sudo apt-get install debian-archive-keyring",
                file=str(KEYRING),
            )
        for part in ("state/lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        suites = (
            ("debian", release),
            ("debian", f"{release}-updates"),
            ("debian-security", f"{release}-security"),
        )
        (folder / "sources.list").write_text(
            "".join(
                f"deb [arch=amd64 signed-by={KEYRING}] {ARCHIVE}/{path} {suite} main\n"
                for path, suite in suites
            )
        )
        archive = cls(release, folder)
        archive._apt("update")
        return archive

    def closure(self, names: Iterable[str]) -> list[DebianPackage]:
        """The packages with everything they depend on, in order of name. Raises PackagingFailed."""
        told = self._apt("install", "--print-uris", *names)
        files = re.findall(r"^'[^']+' (\S+)_(\S+)_(?:amd64|all)\.deb ", told, re.M)
        return sorted(DebianPackage(name, unquote(version)) for name, version in files)

    def unpack(self, names: Iterable[str], into: Path) -> None:
        """Fetch packages, and what they depend on, and unpack all of them. Raises PackagingFailed."""
        self._apt("clean")
        self._apt("install", "--download-only", *names)
        into.mkdir(parents=True, exist_ok=True)
        for file in sorted((self.folder / "cache/archives").glob("*.deb")):
            run(["dpkg-deb", "-x", str(file), str(into)], what="dpkg-deb")
        self._apt("clean")

    def _apt(self, *arguments: str) -> str:
        settings = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Architecture": "amd64",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Debug::NoLocking": "true",
        }
        options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
        return run(["apt-get", "-q", "-y", *options, *arguments], what="apt-get")


def need_tools(packages: dict[str, str]) -> None:
    """Make sure programs (→ the packages that bring them) are here. Raises ToolMissing naming all others."""
    missing = sorted({package for tool, package in packages.items() if not shutil.which(tool)})
    if missing:
        raise ToolMissing(
            f"Packaging for AWS needs {', '.join(missing)} of Debian or Ubuntu. Install it: "
            f"sudo apt-get install {' '.join(missing)}. On another system, package in a Debian container.",
            missing=missing,
        )
