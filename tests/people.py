"""Who lives in the small towns of tests/towns.py, where, and who supplies them: what documents need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.kernel.ids import CycleCode, PersonId, PremiseId
from chalicelib.domain.premises.service_point import Premise
from chalicelib.files.utility_profile import load_utility_profile
from chalicelib.usecases.ports.identity import Sealing
from chalicelib.usecases.ports.registered import Registered
from tests.towns import CYCLE, the_account

RIVERBEND = load_utility_profile(Path(__file__).parents[1] / "samples" / "riverbend" / "utility.yaml")


def address_of(number: int) -> Address:
    """Where account `number` is supplied: 3 Mill Street."""
    return Address(
        lines=(f"{number} Mill Street",), city="Riverside", region="CA", postal_code=f"95{number:03d}"
    )


def person_of(number: int, *, shard: int = 1, cycle: CycleCode = CYCLE, language: str = "en") -> Person:
    """Who answers for account `number`; bills go where the water goes."""
    return Person(
        person_id=PersonId(f"P-{the_account(number, shard=shard, cycle=cycle)}"),
        name=f"Resident {number} of {shard}",
        email=f"resident{number}.{shard}@example.org",
        language=language,
    )


def people_of_town(
    sealing: Sealing, *, shards: int = 1, accounts: int = 3, cycle: CycleCode = CYCLE
) -> Iterator[Registered]:
    """The utility, and for every account of the town its person and its premise."""
    yield RIVERBEND
    for shard in range(1, shards + 1):
        for number in range(1, accounts + 1):
            account_id = the_account(number, shard=shard, cycle=cycle)
            yield sealing.seal(person_of(number, shard=shard, cycle=cycle))
            yield Premise(premise_id=PremiseId(f"PR-{account_id}"), address=address_of(number))
