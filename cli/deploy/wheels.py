"""The Python packages of a layer: exactly what a lock names, for Lambda, less what only developers need."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import typing
from pathlib import Path

from chalicelib.runtime.clients import aws_client
from cli.deploy.tools import run

LAMBDA_PYTHON = "3.13"
# Wheels that run on Amazon Linux 2023 (glibc 2.34). Chalice's own builder takes Python 3.11 for glibc 2.26
# and silently drops what it cannot find, so it never sees our requirements.
LAMBDA_PLATFORMS = (
    "manylinux_2_34_x86_64",
    "manylinux_2_28_x86_64",
    "manylinux_2_27_x86_64",
    "manylinux2014_x86_64",
)

# AWS services that packages ask for by themselves: the X-Ray SDK for its sampling rules.
LIBRARIES_NEED = {"xray"}

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)[^\n]*(?:\n[ \t]+[^\n]*)*", re.M)


def pins(lock: str) -> dict[str, str]:
    """Return name → the lines that pin it, hashes included."""
    return {match[1].lower(): match[0] for match in _PIN.finditer(lock)}


def versions(lock: str) -> dict[str, str]:
    """Return name → version of every pin."""
    return {match[1].lower(): match[2] for match in _PIN.finditer(lock)}


def install(requirements: str, folder: Path) -> None:
    """Install locked requirements (their text) below `folder`. Raises PackagingFailed."""
    platforms = [argument for platform in LAMBDA_PLATFORMS for argument in ("--platform", platform)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(requirements)
        lock.flush()
        run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--target", str(folder), "--no-compile", "--no-input", "--no-warn-conflicts"),
                *(*platforms, "--python-version", LAMBDA_PYTHON, "--only-binary=:all:"),
                *("--require-hashes", "--no-deps", "-r", lock.name),
            ],
            what="pip",
        )
    _trim(folder)


def aws_services() -> set[str]:
    """The AWS services our code can have a client of: the ones that `aws_client` is declared for."""
    declared = (overload.__annotations__["service"] for overload in typing.get_overloads(aws_client))
    return {name for annotation in declared for name in re.findall(r'["\']([a-z0-9-]+)["\']', annotation)}


def _trim(folder: Path) -> None:
    """Take out what no function reads. METADATA and licenses stay: they say what is inside and whose."""
    for tests in [path for path in folder.rglob("tests") if path.is_dir()]:
        shutil.rmtree(tests)
    for pattern in ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.dist-info/RECORD"):
        for file in folder.rglob(pattern):
            file.unlink()
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    shutil.rmtree(folder / "share", ignore_errors=True)
    wanted = aws_services() | LIBRARIES_NEED
    for kind in ("botocore", "boto3"):
        for service in (folder / kind / "data").glob("*/"):
            if service.name not in wanted:
                shutil.rmtree(service)
    shutil.rmtree(folder / "boto3" / "examples", ignore_errors=True)
