"""A package complete for AWS, unpacked, and run by Lambda's interpreter.

It is built from the package registries. What is built once stays in .headgate/layers.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.cloud.home import PROJECT
from cli.deploy.lambda_python import LambdaPython
from cli.deploy.layers import LAYERS, layers_of
from cli.deploy.package import Package, complete_for_aws, make_package
from cli.deploy.zips import unzip

CACHE = PROJECT / ".headgate" / "layers"
RENDERING = "RenderBill"
# What Lambda sets, and our own settings as the stack would set them.
ENVIRONMENT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


@dataclass(frozen=True, slots=True)
class Artefacts:
    """A package complete for AWS, unpacked: `task` is /var/task, and each layer has an /opt of its own."""

    package: Package
    folder: Path
    python: LambdaPython

    @property
    def task(self) -> Path:
        return self.folder / "task"

    def opt(self, layer: str) -> Path:
        return self.folder / layer

    def opts(self, function: str) -> list[Path]:
        return [self.opt(layer) for layer in layers_of(self.package.template, function)]

    def handler(self, function: str) -> str:
        name: str = self.package.template["Resources"][function]["Properties"]["Handler"]
        return name

    def run(self, function: str, code: str, **environment: str) -> Any:
        """Run code with the bundle and a function's layers alone; return what it prints, read as JSON."""
        packages = [str(self.task), *(str(opt / "python") for opt in self.opts(function))]
        libraries = [opt / "lib" for opt in self.opts(function) if (opt / "lib").exists()]
        done = subprocess.run(
            [
                *self.python.command(*libraries),
                *("-I", "-B", "-S", "-c", f"import sys; sys.path[:0] = {packages!r}\n{code}"),
            ],
            env=ENVIRONMENT | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


def build(folder: Path) -> None:
    package = make_package(stage="prod", folder=folder / "package")
    complete_for_aws(package, CACHE, say=lambda _: None)
    unzip(package.bundle, folder / "task")
    for layer in LAYERS:
        unzip(package.folder / f"{layer.name}.zip", folder / layer.name)
