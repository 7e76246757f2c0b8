"""`headgate up`, `status`, `down`, `deploy`, as a person runs them, each cloud in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.cloud import emulator
from cli.cloud.home import PROJECT, Home

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

Run = Callable[..., subprocess.CompletedProcess[str]]


def headgate(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {
        "HEADGATE_HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
    }
    environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    command = [sys.executable, "-m", "cli.main", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


def answer(home: Path, *arguments: str) -> dict[str, Any]:
    """The JSON document a command prints; it must succeed."""
    done = headgate(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def client_at(endpoint: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("dynamodb", endpoint_url=endpoint, region_name=emulator.REGION, **keys)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Folders of local clouds; what still runs at the end is stopped."""
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(tmp_path / name)
        return made[-1]

    yield make
    for path in made:
        if path.exists():
            emulator.stop(Home(path))


def test_up_again_finds_the_same_stack_and_down_keeps_its_data(homes: Callable[[str], Path]) -> None:
    home = homes("one")
    first = answer(home, "up")
    again = answer(home, "up")
    assert (again["pid"], again["outputs"], again["changed"]) == (first["pid"], first["outputs"], False)
    assert answer(home, "status")["state"] == "up"
    assert answer(home, "down") == {"stopped": True}
    assert answer(home, "status")["state"] == "down"
    assert answer(home, "down") == {"stopped": False}
    later = answer(home, "up")
    assert (later["api"], later["outputs"], later["recovered"]) == (first["api"], first["outputs"], False)


def test_after_a_crash_up_says_so_and_deploys_again(homes: Callable[[str], Path]) -> None:
    home = homes("crashing")
    os.kill(answer(home, "up")["pid"], signal.SIGKILL)
    while emulator.find(Home(home)):
        time.sleep(0.05)
    assert answer(home, "status")["state"] == "crashed"
    recovered = headgate(home, "up")
    assert recovered.returncode == 0, recovered.stderr
    assert "was not stopped with" in recovered.stderr
    assert answer(home, "status")["state"] == "up"


def test_two_clouds_run_side_by_side(homes: Callable[[str], Path]) -> None:
    one, two = answer(homes("one"), "up"), answer(homes("two"), "up")
    table, item = one["outputs"]["LedgerTable"], {"pk": {"S": "C01.001"}, "sk": {"S": "ONLY-IN-ONE"}}
    client_at(one["endpoint"]).put_item(TableName=table, Item=item)
    assert "Item" in client_at(one["endpoint"]).get_item(TableName=table, Key=item)
    assert "Item" not in client_at(two["endpoint"]).get_item(
        TableName=two["outputs"]["LedgerTable"], Key=item
    )


def test_a_command_that_needs_the_cloud_says_how_to_start_it(homes: Callable[[str], Path]) -> None:
    refused = headgate(homes("none"), "deploy")
    assert refused.returncode == 1
    assert "Start it with `headgate up`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_deploy_to_aws_without_credentials_changes_nothing_and_says_so(
    homes: Callable[[str], Path],
) -> None:
    refused = headgate(homes("none"), "deploy", "--stage", "prod", "--yes")
    assert refused.returncode == 1
    assert "Nothing was deployed" in refused.stderr
