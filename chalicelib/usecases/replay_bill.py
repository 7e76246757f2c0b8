"""Make a posted bill again from its frozen inputs, and compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.bill_account import Billed, bill_account
from chalicelib.domain.billing.chunk import DraftChunk
from chalicelib.domain.billing.compare_bills import differences
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId, RunId, shard_of
from chalicelib.usecases.bill_off_cycle import single_run_id
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


class InputsNotKept(Refusal):
    """The inputs of a bill are not found among those of its runs."""


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
    draft = _draft_of(bill, operations, artefacts)
    chunk = artefacts.frozen(draft.frozen, sha256=draft.frozen_sha256)
    account = next(one for one in chunk.accounts if one.account_id == bill.account_id)
    outcome = bill_account(
        account=account, terms=chunk.terms, metering=chunk.metering, book=artefacts.book(draft.run_id)
    )
    if isinstance(outcome, Billed):
        found = differences(bill, outcome.bill)
    else:
        found = (f"the account is not billed any more: {outcome}",)
    return Replay(posted=bill, differences=found, inputs=draft.frozen)


def _draft_of(bill: Bill, operations: OperationsStore, artefacts: RunArtefacts) -> DraftChunk:
    """The draft chunk that a bill was posted from."""
    shard = shard_of(bill.account_id)
    for run_id in _runs_of(bill.account_id, bill, operations):
        report = operations.chunk_report(run_id, Stage.POST, shard)
        if report is None or not report.is_done:
            continue
        draft = artefacts.draft(report.artefact, sha256=report.sha256)
        for billed in draft.billed:
            if (billed.bill.account_id, billed.bill.bill_id) == (bill.account_id, bill.bill_id):
                return draft
    raise InputsNotKept(
        f"the inputs of bill {bill.bill_id} of account {bill.account_id} are not kept: was it taken over "
        "from another system?",
        account_id=bill.account_id,
        bill_id=bill.bill_id,
    )


def _runs_of(account_id: AccountId, bill: Bill, operations: OperationsStore) -> Iterator[RunId]:
    if bill.kind is BillKind.CYCLE:
        yield from (door.run_id for door in operations.doors(bill.cycle, bill.period))
    else:
        yield single_run_id(account_id, BillId(bill.bill_id))
