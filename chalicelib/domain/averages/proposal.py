"""A proposal: what a rule gives every agreement for a year, to be reviewed, approved and frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType

from chalicelib.domain.averages.rule import AveragingRule
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Shard

ProposalId = NewType("ProposalId", str)  # "{rule}-{year}-{number}"


class ProposalNotReady(Refusal):
    """A proposal is asked for a step that its state does not allow."""


class ProposalState(StrEnum):
    """How far a proposal is. From FREEZING on it can only be completed."""

    MEASURING = "measuring"
    PROPOSED = "proposed"
    APPROVED = "approved"
    FREEZING = "freezing"
    FROZEN = "frozen"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the proposal."""
        return self in {ProposalState.FROZEN, ProposalState.WITHDRAWN}


class Stage(StrEnum):
    """The stages that go over shards."""

    MEASURE = "measure"  # every agreement's own average
    SETTLE = "settle"  # defaults, which need what all others measured
    FREEZE = "freeze"


class Basis(StrEnum):
    """What a value stands on."""

    MEASURED = "measured"
    FIXED = "fixed"
    CLASS_MEAN = "class_mean"
    CLASS_MEDIAN = "class_median"
    LAST_YEAR = "last_year"
    NOTHING = "nothing"  # no value: a tariff without a default will not bill the agreement


class Flag(StrEnum):
    """Why a person should look at a value before it is approved."""

    ESTIMATED = "estimated"  # a bill inside stands on an estimated read
    FEW_BILLS = "few_bills"
    ZERO_USAGE = "zero_usage"  # a bill inside has no water
    UNEVEN_BILLS = "uneven_bills"  # a bill inside is much shorter than another
    CHANGED = "changed"  # against last year, beyond the rule's percentage
    CAPPED = "capped"
    SEVERAL_PREMISES = "several_premises"
    MIXED_PERIODS = "mixed_periods"
    NO_VALUE = "no_value"
    SET_ALREADY = "set_already"  # the agreement has a value of that very day; freezing keeps it
    BILLED_BEYOND = "billed_beyond"  # bills past the effective day stand, and do not change


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An agreement's own average, or why it has none."""

    account_id: AccountId
    agreement_id: AgreementId
    rate_class: str
    exact: Fraction | None
    words: str
    bills: int
    last_year: Decimal | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedValue:
    """The value an agreement is to have. `words` derive it; `exact` is the figure before rounding."""

    account_id: AccountId
    agreement_id: AgreementId
    rate_class: str
    value: Decimal | None
    basis: Basis
    words: str
    bills: int
    exact: Fraction | None = None
    last_year: Decimal | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFailed:
    """An account that could not be measured, and why. It disturbs no other."""

    account_id: AccountId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChunk:
    """What a shard's bills gave, in order of account and agreement."""

    proposal_id: ProposalId
    shard: Shard
    measured: tuple[Measured, ...]
    failed: tuple[AccountFailed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChunk:
    """What a shard's agreements are to have, in the same order."""

    proposal_id: ProposalId
    shard: Shard
    values: tuple[ProposedValue, ...]
    failed: tuple[AccountFailed, ...] = ()

    @property
    def tally(self) -> ProposalTally:
        """Control totals of the chunk."""
        bases: dict[str, int] = {}
        flags: dict[str, int] = {}
        for one in self.values:
            bases[one.basis.value] = bases.get(one.basis.value, 0) + 1
            for flag in one.flags:
                flags[flag.value] = flags.get(flag.value, 0) + 1
        return ProposalTally(
            agreements=len(self.values),
            failed_accounts=len(self.failed),
            value_sum=sum((one.value for one in self.values if one.value is not None), Decimal(0)),
            bases=dict(sorted(bases.items())),
            flags=dict(sorted(flags.items())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalTally:
    """Control totals: every agreement has one basis; `flags` counts agreements by what is odd about them."""

    agreements: int = 0
    failed_accounts: int = 0
    value_sum: Decimal = Decimal(0)
    bases: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)

    @property
    def balances(self) -> bool:
        """Whether every agreement that came in has come out."""
        return self.agreements == sum(self.bases.values())

    def __add__(self, other: ProposalTally) -> ProposalTally:
        return ProposalTally(
            agreements=self.agreements + other.agreements,
            failed_accounts=self.failed_accounts + other.failed_accounts,
            value_sum=self.value_sum + other.value_sum,
            bases=added(self.bases, other.bases),
            flags=added(self.flags, other.flags),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """What the agreements of a rate class measured by themselves, before rounding, cap and floor."""

    count: int
    mean: Fraction
    median: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One chunk of proposed values."""

    shard: Shard
    key: str
    sha256: str
    tally: ProposalTally


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalManifest:
    """All that is proposed: the rule, what the classes measured, every chunk by its hash."""

    proposal_id: ProposalId
    rule: AveragingRule
    year: int
    effective_on: date
    classes: Mapping[str, ClassFigures]
    chunks: tuple[ManifestEntry, ...]

    @property
    def tally(self) -> ProposalTally:
        """Control totals of the proposal."""
        return sum((entry.tally for entry in self.chunks), start=ProposalTally())


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's word on one agreement: another value, or with None that it is left out.

    `added` is one to which nothing was proposed because its account could not be measured.
    """

    account_id: AccountId
    agreement_id: AgreementId
    value: Decimal | None
    reason: str
    decided_by: str
    decided_at: datetime
    proposed: Decimal | None = None
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is approved: a manifest by its hash, and every override, in order of account and agreement."""

    proposal_id: ProposalId
    manifest_sha256: str
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeTally:
    """What became of the agreements on freezing: each is in exactly one of these counts."""

    frozen: int = 0  # the value stands from the effective day on
    kept: int = 0  # another value of that day was there, and stays
    excluded: int = 0
    without_value: int = 0
    gone: int = 0  # the agreement ended, or its tariff no longer declares the determinant
    value_sum: Decimal = Decimal(0)  # of what is frozen

    @property
    def agreements(self) -> int:
        """All of them."""
        return self.frozen + self.kept + self.excluded + self.without_value + self.gone

    def __add__(self, other: FreezeTally) -> FreezeTally:
        return FreezeTally(
            frozen=self.frozen + other.frozen,
            kept=self.kept + other.kept,
            excluded=self.excluded + other.excluded,
            without_value=self.without_value + other.without_value,
            gone=self.gone + other.gone,
            value_sum=self.value_sum + other.value_sum,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFrozen:
    """An agreement that did not get its value, and why."""

    account_id: AccountId
    agreement_id: AgreementId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardReport:
    """What a stage made of a shard: an artefact by key and hash, counts, or the failure."""

    proposal_id: ProposalId
    shard: Shard
    stage: Stage
    key: str = ""
    sha256: str = ""
    proposed: ProposalTally = ProposalTally()
    frozen: FreezeTally = FreezeTally()
    not_frozen: tuple[NotFrozen, ...] = ()
    failure: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the stage is done for this shard."""
        return not self.failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal and its state.

    `tariffs` are those that declared the determinant when it was opened. `manifest_sha256` is what was
    proposed, `decision_sha256` what was approved. `editors` have overridden values: none of them, nor who
    opened it, may approve. `freezing_since` dates what freezing writes. `version` counts changes.
    """

    proposal_id: ProposalId
    number: int
    rule: AveragingRule
    year: int
    effective_on: date
    tariffs: tuple[str, ...]
    opened_at: datetime
    opened_by: str
    state: ProposalState = ProposalState.MEASURING
    shards: int = 0
    tally: ProposalTally = ProposalTally()
    manifest_sha256: str = ""
    editors: tuple[str, ...] = ()
    overrides: int = 0
    decision_sha256: str = ""
    approved_by: str = ""
    freezing_since: datetime | None = None
    frozen: FreezeTally = FreezeTally()
    version: int = 0

    def require(self, *states: ProposalState) -> None:
        """Raises ProposalNotReady unless the proposal is in one of `states`."""
        if self.state not in states:
            allowed = " or ".join(state.value for state in states)
            first = "a second person approves it first (`headgate average show` ends with the command)"
            unapproved = self.state is ProposalState.PROPOSED and ProposalState.APPROVED in states
            raise ProposalNotReady(
                f"proposal {self.proposal_id} is {self.state.value}"
                + (f": {first}" if unapproved else f"; this needs it to be {allowed}"),
                proposal_id=self.proposal_id,
                state=self.state.value,
                allowed=[state.value for state in states],
            )

    def changed(self, **changes: Any) -> Proposal:
        """The proposal with `changes`; the store gives it its next version."""
        return replace(self, **changes)


def proposal_id_of(rule: AveragingRule, year: int, number: int) -> ProposalId:
    """The id of the `number`th proposal of a rule for a year."""
    return ProposalId(f"{rule.code}-{year}-{number}")


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """The sum of two counts by name."""
    names = sorted({*one, *other})
    return {name: one.get(name, 0) + other.get(name, 0) for name in names}


def overrides_by_agreement(overrides: Iterable[Override]) -> dict[AgreementId, Override]:
    """Overrides by the agreement they are on."""
    return {one.agreement_id: one for one in overrides}
