"""Make what is deployed: a staging folder with the joined template, the bundle and the state machines."""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.domain.kernel.errors import Refusal
from cli.cloud.emulator import REGION
from cli.cloud.home import PROJECT
from cli.deploy.template import join_templates

LOCAL = "local"

# Wheels that run on Amazon Linux 2023 (glibc 2.34). Chalice's own builder takes Python 3.11 for glibc 2.26
# and silently drops what it cannot find, so it never sees our requirements.
LAMBDA_PYTHON = "3.13"
LAMBDA_PLATFORMS = (
    "manylinux_2_34_x86_64",
    "manylinux_2_28_x86_64",
    "manylinux_2_27_x86_64",
    "manylinux2014_x86_64",
)


LAYER_LIMIT_BYTES = (
    230_000_000  # AWS takes 250 MB for function and layers unpacked; the rest is for our own code
)


class LayerTooLarge(Refusal):
    """The locked requirements do not fit beside the code in one function."""


class PackagingFailed(Refusal):
    """A tool that packaging calls ended with an error."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is deployed: the template, and the folder that its relative paths start from."""

    template: dict[str, Any]
    folder: Path


def make_package(*, stage: str, folder: Path) -> Package:
    """Build the package of a stage in `folder`, emptied first (a stale template would deploy silently).

    Raises TemplateKeyTwice, PackagingFailed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    project = folder / "project"
    project.mkdir(parents=True)
    _stage_sources(project)
    if stage == LOCAL:
        _compile_for_workers(project)
    merge = folder / "infra.json"
    merge.write_text(json.dumps(join_templates(sorted((PROJECT / "infra").glob("*.yaml"))), indent=1))
    out = folder / "out"
    _run_chalice(project, merge, out, stage)
    shutil.copytree(PROJECT / "statemachines", out / "statemachines")
    return Package(template=json.loads((out / "sam.json").read_text()), folder=out)


def add_dependencies(package: Package) -> None:
    """Install the locked requirements for Lambda and pack them as the dependency layer's `dependencies.zip`.

    Raises PackagingFailed with pip's last words, LayerTooLarge.
    """
    layer = package.folder / "dependencies"
    platforms = [argument for platform in LAMBDA_PLATFORMS for argument in ("--platform", platform)]
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(layer / "python")),
            *(*platforms, "--python-version", LAMBDA_PYTHON, "--only-binary=:all:"),
            *("--require-hashes", "--no-deps", "-r", str(PROJECT / "requirements.txt")),
        ],
        what="pip",
    )
    size = sum(file.stat().st_size for file in layer.rglob("*") if file.is_file())
    if size > LAYER_LIMIT_BYTES:
        raise LayerTooLarge(
            f"requirements.txt unpacks to {size:,} bytes, the layer may hold {LAYER_LIMIT_BYTES:,}. "
            "Move what only some functions need (rendering, analytics) into a layer of its own.",
            bytes=size,
            limit=LAYER_LIMIT_BYTES,
        )
    shutil.make_archive(str(layer), "zip", layer)


def _stage_sources(project: Path) -> None:
    """Copy what goes into the bundle. Chalice takes app.py, chalicelib/ and vendor/* (to the top)."""
    forget = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copy2(PROJECT / "app.py", project)
    shutil.copytree(PROJECT / "chalicelib", project / "chalicelib", ignore=forget)
    shutil.copytree(PROJECT / ".chalice", project / ".chalice", ignore=forget)
    for name in ("functions", "templates"):
        if (PROJECT / name).exists():
            shutil.copytree(PROJECT / name, project / "vendor" / name, ignore=forget)
    (project / "requirements.txt").write_text("")


def _compile_for_workers(project: Path) -> None:
    """Add byte code: each local worker unpacks the bundle afresh and would compile every module again."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for name in ("chalicelib", "vendor"):
        compileall.compile_dir(project / name, quiet=1, invalidation_mode=unchecked, stripdir=str(project))


def _run_chalice(project: Path, merge: Path, out: Path, stage: str) -> None:
    command = [str(Path(sys.executable).parent / "chalice"), "package"]
    chalice_stage = stage if stage == LOCAL else "prod"
    _run(
        [*command, "--stage", chalice_stage, "--merge-template", str(merge), str(out)],
        what="chalice",
        cwd=project,
    )


def _run(command: list[str], *, what: str, cwd: Path | None = None) -> None:
    # Chalice looks for a region for minutes when none is set.
    environment = {"AWS_DEFAULT_REGION": REGION} | os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("AWS_ENDPOINT_URL", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise PackagingFailed(f"{what} ended with code {done.returncode}:\n{words}", command=command)
