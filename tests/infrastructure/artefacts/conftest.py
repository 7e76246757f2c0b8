"""The artefacts of AWS, really built, once a run."""

from __future__ import annotations

import json

import pytest

from cli.deploy.layers import functions_of, lambda_python
from cli.deploy.package import Package
from tests.infrastructure.artefacts.unpacked import CACHE, Artefacts, build
from tests.infrastructure.conftest import once_a_run


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Artefacts:
    folder = once_a_run(tmp_path_factory, "artefacts", build)
    out = folder / "package" / "out"
    return Artefacts(Package(json.loads((out / "sam.json").read_text()), out), folder, lambda_python(CACHE))


@pytest.fixture(scope="module")
def functions(artefacts: Artefacts) -> list[str]:
    return functions_of(artefacts.package.template)
