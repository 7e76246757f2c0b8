"""The emulator still starts every chunk at once when the limit comes by path; the fill keeps to it."""

from __future__ import annotations

from typing import Any

import pytest
from ministack.services import stepfunctions

from cli.cloud.fills import map_concurrency

EXECUTION = {
    "executionArn": "arn:aws:states:us-east-1:000000000000:execution:m:e",
    "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m",
}
CHILD = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
STATE = {
    "Type": "Map",
    "ItemsPath": "$.shards",
    "MaxConcurrencyPath": "$.map_concurrency",
    "ItemProcessor": CHILD | {"ProcessorConfig": {"Mode": "DISTRIBUTED"}},
    "End": True,
}


def limit_used(run_map: Any) -> int:
    """The concurrency of the map run that the emulator notes."""
    before = set(stepfunctions._map_runs)
    given = {"shards": ["C01.001", "C01.002"], "map_concurrency": 1}
    run_map(STATE, given, given, CHILD, EXECUTION, {})
    (arn,) = set(stepfunctions._map_runs) - before
    return int(stepfunctions._map_runs[arn]["maxConcurrency"])


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    yield
    stepfunctions.reset()


def test_the_emulator_still_ignores_the_path() -> None:
    assert limit_used(stepfunctions._run_distributed_map) == 0, "the fill is needless now: take it out"


def test_filled_the_path_sets_the_limit() -> None:
    assert limit_used(map_concurrency.with_path(stepfunctions._run_distributed_map)) == 1
