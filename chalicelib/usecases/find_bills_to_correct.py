"""Find the bills that stand on a replaced tariff version on days that another one takes over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from chalicelib.domain.billing.bill import Bill, BillKind, BillSegment
from chalicelib.domain.billing.bill_account import Billed, Excepted, bill_account
from chalicelib.domain.billing.chunk import FrozenChunk
from chalicelib.domain.billing.inputs import AccountInputs
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.documents.bill_numbers import bill_number
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    BillId,
    CycleCode,
    Month,
    RunId,
    Shard,
    shard_of,
)
from chalicelib.domain.ledger.invariants.history import posted_segments
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.tariffs.publication import SegmentToCorrect
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.domain.tariffs.slices import NoTariffInForce, pieces_of
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.find_inputs import runs_of
from chalicelib.usecases.rates_desk import RatesDesk

_NOT_KEPT = "the inputs it was made from are not kept"


class Correction:
    """What `version` would change about bills that stand, with `versions` (itself among them) in force.

    Bills are made again from the reads and facts frozen with them, so that the difference is the tariffs'
    alone: those of the bill's day against all that are published now, and `version`. Not shared between
    threads.
    """

    def __init__(self, desk: RatesDesk, version: TariffVersion, versions: Iterable[TariffVersion]) -> None:
        self._desk = desk
        self._version = version
        in_order = sorted(versions, key=lambda one: (one.effective_from, one.version))
        self._book = compile_book([*in_order, *desk.conditions()])
        self._by_code: dict[str, list[TariffVersion]] = {}
        for one in in_order:
            self._by_code.setdefault(one.code, []).append(one)
        # A schedule may put a bill into the books of the month before its date.
        self._since = Month.of(version.effective_from).plus(-1)

    def segments_of(self, shard: Shard, *, numbers: Mapping[AccountId, str]) -> Iterator[SegmentToCorrect]:
        """The live segments of a shard that stand on days the version takes over, the same or not.

        `numbers` are the accounts' own. In order of account, agreement and day. Raises ArtefactMissing.
        """
        extent = self._desk.ledger.extent(shard)
        if extent is None or extent[1] < self._since:
            return
        by_account: dict[AccountId, list[FinancialTransaction]] = {}
        for transaction in self._desk.ledger.transactions_of_shard(shard, since=self._since):
            by_account.setdefault(transaction.account_id, []).append(transaction)
        kept = _KeptChunks(self._desk)
        for account_id in sorted(by_account):
            bills = {one.bill.bill_id: one.bill for one in by_account[account_id] if one.bill is not None}
            again: dict[BillId, Billed | str] = {}
            for posted in posted_segments(by_account[account_id]):
                bill = bills[BillId(posted.transaction_id)]
                if not posted.is_live or not self._may_stand_on(posted.segment):
                    continue
                chunk = kept.chunk_of(bill)
                if self._takes_over(bill, posted.segment, chunk):
                    if bill.bill_id not in again:
                        again[bill.bill_id] = self._made_again(bill, chunk)
                    yield self._to_correct(
                        bill, posted.segment, again[bill.bill_id], number=numbers.get(account_id, "")
                    )

    def _may_stand_on(self, segment: BillSegment) -> bool:
        """Whether any line is of the tariff; a segment without lines may have been spared all charges."""
        prefix = f"{self._version.code}@"
        return not segment.lines or any(line.tariff.startswith(prefix) for line in segment.lines)

    def _takes_over(self, bill: Bill, segment: BillSegment, chunk: FrozenChunk | None) -> bool:
        """Whether the version holds on a day of the segment, and the segment was rated without it."""
        reference = self._version.reference
        if chunk is None:
            if not segment.lines or any(line.tariff == reference for line in segment.lines):
                return False
            tariff = Dated.since(segment.period.start, self._version.code)
        else:
            if chunk.tariffs.get(reference) == self._version.fingerprint:
                return False
            tariff = _tariff_of(_account(chunk, bill.account_id), segment.agreement_id)
        try:
            pieces = pieces_of(
                period=segment.period, tariff=tariff, bill_date=bill.bill_date, versions=self._by_code
            )
        except NoTariffInForce:
            return False
        return any(piece.version.reference == reference for piece in pieces)

    def _made_again(self, bill: Bill, chunk: FrozenChunk | None) -> Billed | str:
        """The bill under the versions in force now, or why there is none."""
        if chunk is None:
            return _NOT_KEPT
        outcome = bill_account(
            account=_account(chunk, bill.account_id),
            terms=chunk.terms,
            metering=chunk.metering,
            book=self._book,
        )
        if isinstance(outcome, Billed):
            return outcome
        if isinstance(outcome, Excepted):
            return "; ".join(exception.message for exception in outcome.exceptions)
        return outcome.reason

    def _to_correct(
        self, bill: Bill, segment: BillSegment, again: Billed | str, *, number: str
    ) -> SegmentToCorrect:
        made = None
        if isinstance(again, Billed):
            made = next(
                (one for one in again.bill.segments if one.agreement_id == segment.agreement_id), None
            )
            again = "" if made else "the agreement would not be billed"
        return SegmentToCorrect(
            account_id=bill.account_id,
            bill_id=bill.bill_id,
            bill_number=bill_number(account_number=number, bill_id=bill.bill_id),
            agreement_id=segment.agreement_id,
            period=segment.period,
            tariffs=tuple(dict.fromkeys(line.tariff for line in segment.lines)),
            currency=bill.currency,
            posted_minor=segment.total_minor,
            rerated_minor=made.total_minor if made else None,
            is_same=made is not None and _where_it_goes(made) == _where_it_goes(segment),
            obstacle=again,
        )


class _KeptChunks:
    """The frozen chunks behind a shard's bills, each read once."""

    def __init__(self, desk: RatesDesk) -> None:
        self._desk = desk
        self._by_run: dict[RunId, tuple[frozenset[tuple[AccountId, BillId]], FrozenChunk] | None] = {}
        self._runs: dict[tuple[CycleCode, Month], list[RunId]] = {}

    def chunk_of(self, bill: Bill) -> FrozenChunk | None:
        """What `bill` was made from, None where it is not kept. Raises ArtefactMissing, ArtefactAltered."""
        for run_id in self._runs_of(bill):
            if run_id not in self._by_run:
                self._by_run[run_id] = self._read(run_id, shard_of(bill.account_id))
            kept = self._by_run[run_id]
            if kept is not None and (bill.account_id, bill.bill_id) in kept[0]:
                return kept[1]
        return None

    def _runs_of(self, bill: Bill) -> Iterable[RunId]:
        if bill.kind is not BillKind.CYCLE:
            return runs_of(bill, self._desk.operations)
        key = bill.cycle, bill.period
        if key not in self._runs:
            self._runs[key] = list(runs_of(bill, self._desk.operations))
        return self._runs[key]

    def _read(
        self, run_id: RunId, shard: Shard
    ) -> tuple[frozenset[tuple[AccountId, BillId]], FrozenChunk] | None:
        report = self._desk.operations.chunk_report(run_id, Stage.POST, shard)
        if report is None or not report.is_done:
            return None
        draft = self._desk.artefacts.draft(report.artefact, sha256=report.sha256)
        bills = frozenset((billed.bill.account_id, billed.bill.bill_id) for billed in draft.billed)
        return bills, self._desk.artefacts.frozen(draft.frozen, sha256=draft.frozen_sha256)


def _where_it_goes(segment: BillSegment) -> Mapping[tuple[str, str, str], int]:
    """What a segment's lines put where in the books."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for line in segment.lines:
        sums[line.gl_account, line.fund, line.charge_group] += line.amount_minor
    return {place: amount for place, amount in sums.items() if amount}


def _account(chunk: FrozenChunk, account_id: AccountId) -> AccountInputs:
    return next(account for account in chunk.accounts if account.account_id == account_id)


def _tariff_of(account: AccountInputs, agreement_id: AgreementId) -> Dated[str]:
    return next(one.tariff for one in account.agreements if one.agreement_id == agreement_id)
