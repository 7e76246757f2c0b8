"""Make what is deployed: a staging folder with the joined template, the bundle and the state machines."""

from __future__ import annotations

import compileall
import json
import py_compile
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.cloud.home import PROJECT
from cli.deploy.layers import Say, add_byte_code, function_sizes, make_layers
from cli.deploy.template import join_templates
from cli.deploy.tools import run

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Package:
    """What is deployed: the template, and the folder that its relative paths start from."""

    template: dict[str, Any]
    folder: Path

    @property
    def bundle(self) -> Path:
        """Our own code: what every function holds."""
        return self.folder / "deployment.zip"


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


def complete_for_aws(package: Package, cache: Path, *, say: Say) -> None:
    """Put the layers beside the bundle, where the template looks for them, and byte code into the bundle.

    Raises ArtefactTooLarge, and what `make_layers` raises.
    """
    for name, file in make_layers(cache, say=say).items():
        shutil.copyfile(file, package.folder / f"{name}.zip")
    say("Compiling the bundle")
    add_byte_code(package.bundle, cache)
    function_sizes(package.template, package.folder)


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
    run(
        [*command, "--stage", chalice_stage, "--merge-template", str(merge), str(out)],
        what="chalice",
        cwd=project,
    )
