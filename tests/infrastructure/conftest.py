"""The template as it is deployed to AWS, built once a run. No cloud is needed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.deploy.package import Package, make_package


@dataclass(frozen=True, slots=True)
class Built:
    """A built package, with ways to look into its template."""

    package: Package

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.package.template["Resources"]
        return found

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id → properties of every resource of a type."""
        return {name: r.get("Properties", {}) for name, r in self.resources.items() if r["Type"] == kind}

    def statements(self, role: str) -> list[dict[str, Any]]:
        """Every statement a role holds: its own policies and the managed policies of this stack."""
        properties = self.resources[role]["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        for managed in properties.get("ManagedPolicyArns", []):
            documents.append(self.resources[managed["Ref"]]["Properties"]["PolicyDocument"])
        return [statement for document in documents for statement in document["Statement"]]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(make_package(stage="prod", folder=tmp_path_factory.mktemp("build") / "prod"))


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled, once for all processes that share a run's tests."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            make(folder)
            (folder / "complete").touch()
    return folder


def listed(value: Any) -> list[Any]:
    """IAM and CloudFormation take one thing or a list of things."""
    return value if isinstance(value, list) else [value]
