"""Find what a posted bill was made from: the chunk and the tariffs frozen with its run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.chunk import DraftChunk, FrozenChunk
from chalicelib.domain.billing.inputs import AccountInputs
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, RunId, shard_of
from chalicelib.domain.tariffs.rating import TariffBook
from chalicelib.usecases.bill_off_cycle import single_run_id
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


class InputsNotKept(Refusal):
    """The inputs of a bill are not found among those of its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInputs:
    """The frozen chunk a bill was made from, the tariffs frozen with it, and where the chunk is kept."""

    chunk: FrozenChunk
    book: TariffBook
    key: str

    def account(self, account_id: AccountId) -> AccountInputs:
        """What was frozen of one of the chunk's accounts. Raises InputsNotKept."""
        for account in self.chunk.accounts:
            if account.account_id == account_id:
                return account
        raise InputsNotKept(f"{self.key} holds nothing of account {account_id}", account_id=account_id)


def inputs_of(draft: DraftChunk, *, artefacts: RunArtefacts) -> KeptInputs:
    """What a draft chunk was rated from. Raises ArtefactMissing, ArtefactAltered."""
    return KeptInputs(
        chunk=artefacts.frozen(draft.frozen, sha256=draft.frozen_sha256),
        book=artefacts.book(draft.run_id),
        key=draft.frozen,
    )


def find_inputs(bill: Bill, *, operations: OperationsStore, artefacts: RunArtefacts) -> KeptInputs:
    """The inputs of a posted bill. Raises InputsNotKept, ArtefactMissing, ArtefactAltered."""
    return inputs_of(_draft_of(bill, operations, artefacts), artefacts=artefacts)


def _draft_of(bill: Bill, operations: OperationsStore, artefacts: RunArtefacts) -> DraftChunk:
    """The draft chunk that a bill was posted from."""
    shard = shard_of(bill.account_id)
    for run_id in runs_of(bill, operations):
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


def runs_of(bill: Bill, operations: OperationsStore) -> Iterator[RunId]:
    """The runs that may have posted a bill: those behind its period's doors, or the bill's own."""
    if bill.kind is BillKind.CYCLE:
        yield from (door.run_id for door in operations.doors(bill.cycle, bill.period))
    else:
        yield single_run_id(bill.account_id, bill.bill_id)
