"""A state machine's role is exactly the calls of its definition; its waits outlast what it waits for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.conftest import Built, listed

DEFINITIONS = sorted((Path(__file__).parents[2] / "statemachines").glob("*.asl.json"))
# What AWS asks of every machine that logs and traces.
PLUMBING = ("logs:", "xray:")
INTEGRATIONS = {
    "events:putEvents": "events:PutEvents",
    "s3:getObject": "s3:GetObject",
    "s3:putObject": "s3:PutObject",
}


def states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, also inside maps and parallels."""
    for name, state in definition["States"].items():
        yield name, state
        for inner in (state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])):
            if inner:
                yield from states(inner)


def function_called(state: dict[str, Any]) -> str | None:
    """The logical id of the function a task calls: `${FreezeChunkArn}` → FreezeChunk."""
    arguments = state.get("Parameters") or state.get("Arguments") or {}
    named = f"{state.get('Resource', '')} {arguments.get('FunctionName', '')}"
    match = re.search(r"\$\{(\w+)Arn\}", named)
    return match[1] if match and state.get("Type") == "Task" else None


def calls(definition: dict[str, Any]) -> set[tuple[str, str]]:
    """Action and target of every call the definition makes."""
    found = set()
    for _, state in states(definition):
        if function := function_called(state):
            found.add(("lambda:InvokeFunction", function))
        for resource in (
            state.get("Resource", ""),
            *(state.get(k, {}).get("Resource", "") for k in ("ItemReader", "ResultWriter")),
        ):
            if match := re.match(r"arn:aws:states:::(?:aws-sdk:)?(\w+:\w+)", resource):
                integration = match[1]
                if integration != "lambda:invoke":
                    found.add((INTEGRATIONS[integration], "*"))
        mode = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode")
        if mode == "DISTRIBUTED":
            found |= {
                (f"states:{action}", "*")
                for action in ("StartExecution", "DescribeExecution", "StopExecution")
            }
            found.add(("states:RedriveExecution", "*"))
    return found


def machine_of(built: Built, definition: Path) -> tuple[str, dict[str, Any]]:
    for name, properties in built.of_type("AWS::Serverless::StateMachine").items():
        if properties["DefinitionUri"].endswith(definition.name):
            return name, properties
    raise AssertionError(f"no state machine of the template uses {definition.name}")


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_the_role_is_exactly_the_calls_of_the_definition(built: Built, path: Path) -> None:
    _, machine = machine_of(built, path)
    allowed = set()
    for statement in built.statements(machine["Role"]["Fn::GetAtt"][0]):
        for action in listed(statement["Action"]):
            if action.startswith(PLUMBING):
                continue
            targets = listed(statement["Resource"]) if action == "lambda:InvokeFunction" else ["*"]
            allowed |= {(action, t["Fn::GetAtt"][0] if isinstance(t, dict) else t) for t in targets}
    assert calls(json.loads(path.read_text())) == allowed


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_every_substitution_is_given_and_every_given_one_used(built: Built, path: Path) -> None:
    _, machine = machine_of(built, path)
    used = set(re.findall(r"\$\{(\w+)\}", path.read_text()))
    assert used == set(machine["DefinitionSubstitutions"])


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_a_task_waits_longer_than_its_function_may_take(built: Built, path: Path) -> None:
    """Else the state machine tries again while the first try is still writing."""
    functions = built.of_type("AWS::Serverless::Function")
    hasty = [
        (name, state.get("TimeoutSeconds"))
        for name, state in states(json.loads(path.read_text()))
        if (function := function_called(state))
        and state.get("TimeoutSeconds", 0) <= functions[function]["Timeout"]
    ]
    assert hasty == []
