"""Make a posted bill again from its frozen inputs, and compare."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.billing.bill_account import Billed, bill_account
from chalicelib.domain.billing.compare_bills import differences
from chalicelib.usecases.find_inputs import find_inputs
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A bill as posted and as made again. `inputs` names the frozen chunk it was made from."""

    posted: Bill
    differences: tuple[str, ...]
    inputs: str

    @property
    def is_equal(self) -> bool:
        """Whether the bill came out the same, to the cent and to the line."""
        return not self.differences


def replay_bill(*, bill: Bill, operations: OperationsStore, artefacts: RunArtefacts) -> Replay:
    """Make `bill` again from the chunk and the tariffs frozen with its run.

    Raises InputsNotKept, ArtefactMissing, ArtefactAltered.
    """
    kept = find_inputs(bill, operations=operations, artefacts=artefacts)
    outcome = bill_account(
        account=kept.account(bill.account_id),
        terms=kept.chunk.terms,
        metering=kept.chunk.metering,
        book=kept.book,
    )
    if isinstance(outcome, Billed):
        found = differences(bill, outcome.bill)
    else:
        found = (f"the account is not billed any more: {outcome}",)
    return Replay(posted=bill, differences=found, inputs=kept.key)
