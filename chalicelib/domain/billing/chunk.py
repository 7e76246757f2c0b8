"""Chunks of a run: what was frozen of a shard, what was rated from it, and the manifest of all drafts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.billing.bill_account import Billed, Excepted, Outcome, Skipped, bill_account
from chalicelib.domain.billing.inputs import AccountInputs, BillingTerms, MeteringInputs
from chalicelib.domain.billing.run import Tally
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard
from chalicelib.domain.tariffs.rating import TariffBook


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenChunk:
    """Everything that rating a shard needs beside the tariffs, which are frozen once for the whole run.

    `tariffs` maps `CODE@version` to the fingerprint of each document frozen with the run.
    """

    run_id: RunId
    shard: Shard
    terms: BillingTerms
    accounts: tuple[AccountInputs, ...]
    metering: MeteringInputs
    tariffs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChunk:
    """What rating made of a frozen chunk, which it names by key and SHA-256. In order of account id."""

    run_id: RunId
    shard: Shard
    frozen: str
    frozen_sha256: str
    billed: tuple[Billed, ...]
    excepted: tuple[Excepted, ...]
    skipped: tuple[Skipped, ...]

    @property
    def tally(self) -> Tally:
        """Control totals of the chunk."""
        reasons: dict[str, int] = {}
        for excepted in self.excepted:
            for code in {exception.code for exception in excepted.exceptions}:
                reasons[code] = reasons.get(code, 0) + 1
        return Tally(
            accounts=len(self.billed) + len(self.excepted) + len(self.skipped),
            billed=len(self.billed),
            excepted=len(self.excepted),
            skipped=len(self.skipped),
            estimated=sum(billed.is_estimated for billed in self.billed),
            amount_minor=sum(billed.bill.total_minor for billed in self.billed),
            withheld_minor=sum(excepted.withheld_minor for excepted in self.excepted),
            currency=self.billed[0].bill.currency if self.billed else "",
            reasons=dict(sorted(reasons.items())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """One draft chunk in the manifest."""

    shard: Shard
    key: str
    sha256: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftManifest:
    """All drafts of a run, in order of shard: what is approved, and what the door lets through."""

    run_id: RunId
    cycle: CycleCode
    period: Month
    wave: int
    chunks: tuple[DraftEntry, ...]

    @property
    def tally(self) -> Tally:
        """Control totals of the run."""
        return total(entry.tally for entry in self.chunks)


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of control totals."""
    return sum(tallies, start=Tally())


def rate_chunk(*, chunk: FrozenChunk, key: str, sha256: str, book: TariffBook) -> DraftChunk:
    """The drafts of a frozen chunk stored under `key`: a pure function of what was frozen."""
    outcomes: list[Outcome] = [
        bill_account(account=account, terms=chunk.terms, metering=chunk.metering, book=book)
        for account in chunk.accounts
    ]
    return DraftChunk(
        run_id=chunk.run_id,
        shard=chunk.shard,
        frozen=key,
        frozen_sha256=sha256,
        billed=tuple(outcome for outcome in outcomes if isinstance(outcome, Billed)),
        excepted=tuple(outcome for outcome in outcomes if isinstance(outcome, Excepted)),
        skipped=tuple(outcome for outcome in outcomes if isinstance(outcome, Skipped)),
    )
