"""`headgate deploy --stage prod --dry-run`, as a person runs it who has no credentials."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.cloud.home import PROJECT
from cli.commands import deploy
from cli.deploy.layers import LIMIT_BYTES
from cli.deploy.review import Review
from cli.output import out
from tests.infrastructure.conftest import once_a_run

pytestmark = [pytest.mark.artefacts, pytest.mark.slow]


def dry_run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"HEADGATE_HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    command = [sys.executable, "-m", "cli.main", "deploy", "--stage", "prod", "--dry-run", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def make_home(home: Path) -> None:
    """A home of its own that shares the layers of this checkout, with what a dry run there told."""
    layers = PROJECT / ".headgate" / "layers"
    layers.mkdir(parents=True, exist_ok=True)
    (home / "layers").symlink_to(layers)
    done = dry_run(home, "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (home / "plan.json").write_text(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once_a_run(tmp_path_factory, "dry-run", make_home)


@pytest.fixture(scope="module")
def plan(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "plan.json").read_text())
    return found


def test_it_says_what_would_be_deployed_and_as_what(plan: dict[str, Any]) -> None:
    assert (plan["stack"], plan["account"]) == ("headgate-prod", None)
    assert plan["resources"]["AWS::DynamoDB::Table"] == 5
    assert plan["parameters"]["StageName"] == "prod"


def test_it_measures_every_artefact_and_function(plan: dict[str, Any]) -> None:
    assert set(plan["artefacts"]) == {"deployment", "dependencies", "documents", "pango", "columns"}
    assert all(0 < sizes["zip_bytes"] < sizes["unpacked_bytes"] for sizes in plan["artefacts"].values())
    assert plan["resources"]["AWS::Serverless::Function"] == len(plan["function_bytes"])
    assert max(plan["function_bytes"].values()) <= LIMIT_BYTES


def test_it_has_the_template_checked_and_leaves_it_to_be_read(plan: dict[str, Any]) -> None:
    checks = {check["tool"]: check for check in plan["checks"]}
    assert {tool for tool, check in checks.items() if check["problems"]} == set()
    assert checks["cfn-lint"]["ran"]
    assert checks["guard"]["ran"]
    written_out = json.loads((Path(plan["template"]).parent / "cloudformation.json").read_text())
    kinds = {resource["Type"] for resource in written_out["Resources"].values()}
    assert {"AWS::Lambda::Function", "AWS::ApiGateway::Stage"} <= kinds
    assert not any(kind.startswith("AWS::Serverless::") for kind in kinds)


def test_it_reads_well(plan: dict[str, Any]) -> None:
    with out.capture() as told:
        deploy._tell(plan, as_json=False)
    for words in (
        "unknown (no AWS credentials)",
        "check cfn-lint: sound",
        "check guard: sound",
        "RenderBill",
    ):
        assert words in told.get()


def test_a_fault_is_shown_and_fails_it(
    plan: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))  # packaging empties the folder that others read
    found = [Review(tool="guard", problems=("keys_rotate: A key needs [it]",))]
    monkeypatch.setattr("cli.deploy.review.review", lambda package: found)
    monkeypatch.setattr(deploy, "_account", lambda: None)
    monkeypatch.setattr(deploy, "complete_for_aws", lambda *_, **__: None)
    monkeypatch.setattr(deploy, "_plan", lambda *_, **__: plan | {"checks": [asdict(found[0])]})
    with out.capture() as told, pytest.raises(typer.Exit) as ended:
        deploy.command(stage="prod", dry_run=True, yes=False, as_json=False)
    assert ended.value.exit_code == 1
    assert "keys_rotate: A key needs [it]" in told.get()
