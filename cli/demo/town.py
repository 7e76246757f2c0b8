"""Which town the local cloud holds: kept beside its state, so that a second demo goes on from the first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from chalicelib.domain.kernel.errors import Refusal

DEFAULT_ACCOUNTS = 500
DEFAULT_SEED = 7


class AnotherTown(Refusal):
    """The local cloud holds a Riverbend of another size, seed or day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What the generated town depends on."""

    accounts: int
    seed: int
    as_of: date


def settle_town(
    note: Path, *, accounts: int | None, seed: int | None, as_of: date | None, today: date
) -> Town:
    """The town that is there, or a new one; what was not asked for is taken from the one that is there.

    `note` is the file that remembers it. Raises AnotherTown when something else was asked for.
    """
    if not note.exists():
        town = Town(
            accounts=DEFAULT_ACCOUNTS if accounts is None else accounts,
            seed=DEFAULT_SEED if seed is None else seed,
            as_of=as_of or today,
        )
        note.write_text(json.dumps(asdict(town), default=str) + "\n")
        return town
    kept = json.loads(note.read_text())
    town = Town(accounts=kept["accounts"], seed=kept["seed"], as_of=date.fromisoformat(kept["as_of"]))
    asked = {"accounts": accounts, "seed": seed, "as_of": as_of}
    there = asdict(town)
    differing = [name for name, value in asked.items() if value is not None and value != there[name]]
    if differing:
        raise AnotherTown(
            f"this local cloud holds Riverbend with {town.accounts} accounts, seed {town.seed}, as of "
            f"{town.as_of}: run `headgate demo` without options to go on with it, or stop it "
            f"(`headgate down`), remove {note.parent} and start anew",
            differing=differing,
        )
    return town
