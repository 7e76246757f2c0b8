"""Keys of the operations table (docs/data-model.md), also for stores that check one of its items."""

from __future__ import annotations

from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId, Shard, shard_of

Key = tuple[str, str]


def freeze_key(cycle: CycleCode) -> Key:
    """The item that exists exactly while a run holds the cycle.

    A store that must not write during a run puts a ConditionCheck `attribute_not_exists(pk)` on it
    (`NotFrozen`): one run of a cycle is under way at a time, so the key needs no period.
    """
    return f"CYCLE#{cycle}", "FREEZE"


def claims_key(cycle: CycleCode) -> Key:
    """The item that counts how many runs have claimed the cycle (`claims`); missing before the first."""
    return f"CYCLE#{cycle}", "CLAIMS"


def door_key(cycle: CycleCode, period: Month, wave: int) -> Key:
    """The one-way door of a cycle's period in a wave."""
    return f"CYCLE#{cycle}#{period}", f"DOOR#{wave:03d}"


def run_key(run_id: RunId) -> Key:
    """A bill run."""
    return f"RUN#{run_id}", "RUN"


def token_key(run_id: RunId) -> Key:
    """The task token under which a run's execution waits for a decision."""
    return f"RUN#{run_id}", "TOKEN"


def chunk_key(run_id: RunId, stage: str, shard: Shard | str) -> Key:
    """What a stage made of a chunk; with an empty shard, the prefix of the stage's reports."""
    return f"RUN#{run_id}", f"CHUNK#{stage}#{shard}"


def listed_run_key(run: tuple[Month, CycleCode, int, RunId]) -> Key:
    """A run's place in the list of runs."""
    period, cycle, wave, run_id = run
    return "RUNS", f"{period}#{cycle}#{wave:03d}#{run_id}"


def acceptance_key(account_id: AccountId, period: Month) -> Key:
    """What was accepted for an account in a period: one Query gives a shard's."""
    return f"ACCEPTED#{shard_of(account_id)}#{period}", account_id


def hold_key(account_id: AccountId, hold_id: str) -> Key:
    """A hold: one Query gives all holds of a shard."""
    return f"HOLD#{shard_of(account_id)}", f"{account_id}#{hold_id}"
