"""Bundles are named by what they hold."""

from __future__ import annotations

import zipfile
from pathlib import Path

from cli.deploy.artefacts import content_hash


def bundle(path: Path, members: dict[str, str], *, year: int = 2020) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), text)
    return path


def test_order_and_times_in_a_zip_do_not_change_its_name(tmp_path: Path) -> None:
    one = bundle(tmp_path / "one.zip", {"a.py": "1", "b.py": "2"}, year=2020)
    two = bundle(tmp_path / "two.zip", {"b.py": "2", "a.py": "1"}, year=2025)
    assert content_hash(one) == content_hash(two)


def test_a_changed_member_changes_the_name(tmp_path: Path) -> None:
    one = bundle(tmp_path / "one.zip", {"a.py": "1"})
    two = bundle(tmp_path / "two.zip", {"a.py": "2"})
    assert content_hash(one) != content_hash(two)
