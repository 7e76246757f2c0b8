"""A stage of AWS, deployed with its layers to an emulator in AWS's place: uploads, change sets, and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.cloud import emulator
from cli.cloud.home import PROJECT, Home

pytestmark = [pytest.mark.emulator, pytest.mark.artefacts, pytest.mark.slow]

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": emulator.REGION}


def headgate(home: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    """The JSON document a command prints; it must succeed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments, "--json"],
        cwd=PROJECT,
        env=inherited | {"HEADGATE_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cloud of its own: a second stack would be in others' way. It shares the layers of this checkout."""
    home = tmp_path_factory.mktemp("aws")
    layers = PROJECT / ".headgate" / "layers"
    layers.mkdir(parents=True, exist_ok=True)
    (home / "layers").symlink_to(layers)
    yield home
    emulator.stop(Home(home))


@pytest.fixture(scope="module")
def endpoint(home: Path) -> str:
    return str(headgate(home, "up")["endpoint"])


@pytest.fixture(scope="module")
def deployed(home: Path, endpoint: str) -> dict[str, Any]:
    return headgate(home, "deploy", "--stage", "prod", "--yes", **KEYS, AWS_ENDPOINT_URL=endpoint)


def test_every_function_gets_its_layers_by_what_they_hold(deployed: dict[str, Any], endpoint: str) -> None:
    assert deployed["changed"]
    keys = {name.lower(): value for name, value in KEYS.items() if name != "AWS_DEFAULT_REGION"}
    client = boto3.client("lambda", endpoint_url=endpoint, region_name=emulator.REGION, **keys)  # type: ignore[call-overload]
    layers = {
        function["FunctionName"].removeprefix("headgate-prod-"): [
            layer["Arn"].split(":")[-2].removeprefix("headgate-prod-") for layer in function["Layers"]
        ]
        for function in client.list_functions()["Functions"]
        if function["FunctionName"].startswith("headgate-prod-")
    }
    assert layers.pop("render-bill") == ["dependencies", "documents", "pango"]
    assert layers.pop("simulate-part") == ["dependencies", "columns"]
    assert len(layers) > 5
    assert set(map(tuple, layers.values())) == {("dependencies",)}


def test_the_same_work_tree_again_changes_nothing(
    deployed: dict[str, Any], home: Path, endpoint: str
) -> None:
    plan = headgate(home, "deploy", "--stage", "prod", "--dry-run", **KEYS, AWS_ENDPOINT_URL=endpoint)
    assert plan["account"] == "000000000000"
    assert plan["changes"] == []
