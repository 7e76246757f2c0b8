"""Zip files that depend on what is in them alone: members in order, one date for all, links kept as links."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)  # the first a zip file can tell


def zip_folder(folder: Path, target: Path) -> None:
    """Pack a folder's files. The same files give the same bytes; a broken-off try leaves no `target`."""
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                continue
            info = zipfile.ZipInfo(str(path.relative_to(folder)), _DATE)
            info.create_system = 3  # Unix: the mode below is meant
            info.compress_type = zipfile.ZIP_DEFLATED
            if path.is_symlink():
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, str(path.readlink()))
            else:
                mode = 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
                info.external_attr = (stat.S_IFREG | mode) << 16
                archive.writestr(info, path.read_bytes())
    partial.replace(target)


def unzip(file: Path, folder: Path) -> None:
    """Unpack as Lambda does: links are links again, programs may be run."""
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            path, mode = folder / info.filename, info.external_attr >> 16
            if stat.S_ISLNK(mode):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(archive.read(info).decode())
            else:
                archive.extract(info, folder)
                if mode & stat.S_IXUSR:
                    path.chmod(0o755)


def unpacked_bytes(file: Path) -> int:
    """How much room a zip's files take unpacked."""
    with zipfile.ZipFile(file) as archive:
        return sum(info.file_size for info in archive.infolist())
