"""Zip files of layers: the same contents are the same bytes, and links stay links."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from cli.deploy.zips import unpacked_bytes, unzip, zip_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "libx.so.1").write_bytes(b"x" * 100)
    (folder / "lib" / "x").symlink_to("libx.so.1")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    return folder


def test_neither_times_nor_owners_nor_order_change_the_bytes(folder: Path, tmp_path: Path) -> None:
    zip_folder(folder, tmp_path / "one.zip")
    os.utime(folder / "run", (1, 1))
    (folder / "lib" / "libx.so.1").unlink()
    (folder / "lib" / "libx.so.1").write_bytes(b"x" * 100)
    zip_folder(folder, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_links_and_programs_come_out_as_they_went_in(folder: Path, tmp_path: Path) -> None:
    zip_folder(folder, tmp_path / "one.zip")
    unzip(tmp_path / "one.zip", tmp_path / "out")
    assert (tmp_path / "out" / "lib" / "x").readlink() == Path("libx.so.1")
    assert os.access(tmp_path / "out" / "run", os.X_OK)
    assert not os.access(tmp_path / "out" / "lib" / "libx.so.1", os.X_OK)
    assert unpacked_bytes(tmp_path / "one.zip") == 100 + len("libx.so.1") + len("#!/bin/sh\n")


def test_a_try_that_breaks_off_leaves_no_zip(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(self: zipfile.ZipFile, *args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "writestr", break_off)
    with pytest.raises(KeyboardInterrupt):
        zip_folder(folder, tmp_path / "one.zip")
    assert not (tmp_path / "one.zip").exists()
