"""Debian's packages: what apt tells is read, and what is missing on this machine is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.deploy import debian
from cli.deploy.debian import Debian, DebianPackage, ToolMissing, need_tools
from cli.deploy.tools import PackagingFailed, run

TOLD = """\
The following NEW packages will be installed:
  libexpat1 zlib1g fonts-x
'http://d/z/zlib1g_1%3a1.2.13_amd64.deb' zlib1g_1%3a1.2.13_amd64.deb 8668 MD5Sum:ec
'http://d/e/libexpat1_2.5.0-1%2bdeb12u5_amd64.deb' libexpat1_2.5.0-1+deb12u5_amd64.deb 107 
'http://d/f/fonts-x_2.37-6_all.deb' fonts-x_2.37-6_all.deb 1067 MD5Sum:75
"""


def test_packages_are_read_with_the_versions_the_archive_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "run", lambda *_, **__: TOLD)
    assert Debian("bookworm", tmp_path).closure(["libexpat1"]) == [
        DebianPackage("fonts-x", "2.37-6"),
        DebianPackage("libexpat1", "2.5.0-1+deb12u5"),
        DebianPackage("zlib1g", "1:1.2.13"),
    ]


def test_missing_programs_are_named_with_the_packages_that_bring_them() -> None:
    with pytest.raises(ToolMissing, match="sudo apt-get install no-such-package"):
        need_tools({"no-such-program-here": "no-such-package", "sh": "dash"})


def test_without_debians_keyring_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "need_tools", lambda _: None)
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "none.gpg")
    monkeypatch.setattr(debian, "run", lambda *_, **__: pytest.fail("apt was called"))
    with pytest.raises(ToolMissing, match="debian-archive-keyring"):
        Debian.open("bookworm", tmp_path)


def test_a_tool_that_fails_or_cannot_start_says_its_last_words() -> None:
    with pytest.raises(PackagingFailed, match="ls ended with code 2"):
        run(["ls", "/no/such/folder"], what="ls")
    with pytest.raises(PackagingFailed, match="it cannot be started"):
        run(["/no/such/program"], what="it")
