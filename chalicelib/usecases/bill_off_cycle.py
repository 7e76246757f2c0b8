"""Bill one account outside its cycle: on moving out, or because something must be billed now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.domain.billing.bill_account import Billed, Excepted, Skipped
from chalicelib.domain.billing.chunk import DraftChunk, FrozenChunk
from chalicelib.domain.billing.hold import ReasonMissing
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId, RunId, shard_of
from chalicelib.domain.ledger.conditions import NotFrozen
from chalicelib.domain.ledger.post_bill import transaction_of_bill
from chalicelib.usecases.account_inputs import BillingDesk, GatheredInputs
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.post_transaction import Desk, Posted


class UnableToBill(Refusal):
    """An account cannot be billed now. `data["exceptions"]` says why, code by code."""


def bill_off_cycle(
    *,
    desk: BillingDesk,
    posting: Desk,
    artefacts: RunArtefacts,
    account_id: AccountId,
    through: date,
    reason: str,
) -> Posted:
    """Bill every agreement of the account up to (not including) `through`, by the engine of the bill run.

    The bill is posted in one transaction that checks that no run holds the cycle, nor has held it since its
    inputs were read. Raises AccountUnknown, ReasonMissing, UnableToBill, PostingConditionFailed,
    ConflictingTransaction.
    """
    if not reason.strip():
        raise ReasonMissing("say why the account is billed outside its cycle", account_id=account_id)
    inputs = desk.gather(account_id=account_id, period=None, today=posting.today, through=through)
    dates = replace(inputs.terms.dates, accounting_period=posting.open_period())
    inputs = replace(inputs, terms=replace(inputs.terms, dates=dates))
    billed = require_billed(desk.bill(inputs))
    keep_inputs(billed, inputs, artefacts=artefacts, desk=desk)
    transaction = transaction_of_bill(billed.bill, recorded_at=posting.now, chart=posting.rules.chart)
    return posting.post(
        replace(transaction, reason=reason),
        conditions=(NotFrozen(inputs.terms.cycle, claims=inputs.claims),),
    )


def require_billed(outcome: Billed | Excepted | Skipped) -> Billed:
    """The bill of an outcome. Raises UnableToBill."""
    if isinstance(outcome, Billed):
        return outcome
    if isinstance(outcome, Skipped):
        raise UnableToBill(
            f"account {outcome.account_id} has nothing to bill: {outcome.reason}",
            account_id=outcome.account_id,
            exceptions=[],
        )
    raise UnableToBill(
        f"account {outcome.account_id} cannot be billed: "
        + "; ".join(exception.message for exception in outcome.exceptions),
        account_id=outcome.account_id,
        exceptions=[exception.code for exception in outcome.exceptions],
    )


def keep_inputs(
    billed: Billed, inputs: GatheredInputs, *, artefacts: RunArtefacts, desk: BillingDesk
) -> None:
    """Freeze what a single bill was made from, as a run does with a chunk, so that it can be made again."""
    account_id = inputs.account.account_id
    run_id, shard = single_run_id(account_id, billed.bill.bill_id), shard_of(account_id)
    artefacts.put_tariffs(run_id, {document.reference: document.canonical for document in inputs.rates})
    chunk = FrozenChunk(
        run_id=run_id,
        shard=shard,
        terms=inputs.terms,
        accounts=(inputs.account,),
        metering=inputs.metering,
        tariffs={document.reference: document.fingerprint for document in inputs.rates},
    )
    frozen = artefacts.put_frozen(chunk)
    draft = DraftChunk(
        run_id=run_id,
        shard=shard,
        frozen=frozen.key,
        frozen_sha256=frozen.sha256,
        billed=(billed,),
        excepted=(),
        skipped=(),
    )
    stored = artefacts.put_draft(draft)
    report = ChunkReport(
        run_id=run_id,
        shard=shard,
        stage=Stage.POST,
        artefact=stored.key,
        sha256=stored.sha256,
        tally=draft.tally,
    )
    desk.operations.report_chunk(report)


def single_run_id(account_id: AccountId, bill_id: BillId) -> RunId:
    """The id under which the inputs of a bill made outside any run are kept."""
    return RunId(f"SINGLE-{account_id}-{bill_id}")
