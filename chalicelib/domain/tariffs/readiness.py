"""Which agreements a tariff version could not bill: a fact is missing, of another kind, or in no table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.amounts import NotInTable, determinants_in
from chalicelib.domain.tariffs.charges.charge import Charge
from chalicelib.domain.tariffs.determinants import DeterminantKind, InvalidDeterminant, Source, Value
from chalicelib.domain.tariffs.expressions.syntax import names_in
from chalicelib.domain.tariffs.version import TariffVersion

# Agreements alike are worked out once; past this many kinds the store is emptied and fills again.
_KINDS_KEPT = 20_000

_Facts = tuple[Decimal | str | None, ...]


class Lack(StrEnum):
    """Why an agreement cannot be billed."""

    MISSING = "missing"  # it has no value, and the determinant no default
    WRONG_KIND = "wrong_kind"
    NOT_IN_TABLE = "not_in_table"
    NOT_CHARGEABLE = "not_chargeable"  # a charge's figures contradict one another for these facts


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadyAgreement:
    """An agreement that would be left out of bill runs, from the day `since` on."""

    account_id: AccountId
    agreement_id: AgreementId
    determinant: str
    lack: Lack
    since: date
    message: str


class _Fault(NamedTuple):
    determinant: str
    lack: Lack
    message: str


class ReadinessCheck:
    """Tries agreements' facts on one version, which another takes over from on `until` (None: none does).

    Not shared between threads.
    """

    def __init__(self, version: TariffVersion, *, until: date | None = None) -> None:
        self.version = version
        self._until = until or date.max
        # What agreements give. Events never lack: nothing has happened.
        self._given = tuple(
            determinant
            for determinant in version.determinants
            if determinant.source.of_agreement and determinant.kind is not DeterminantKind.EVENT
        )
        self._known: dict[_Facts, tuple[_Fault, ...]] = {}

    def faults_of(self, agreement: ServiceAgreement) -> Iterator[UnreadyAgreement]:
        """What the agreement lacks on the days it is billed on this version; each lack once, its first day.

        Days up to `billed_until` were billed by another system and are not looked at.
        """
        told: set[_Fault] = set()
        for day in self._days(agreement):
            facts = tuple(
                None if (dated := agreement.determinants.get(determinant.name)) is None else dated.find(day)
                for determinant in self._given
            )
            for fault in self._faults(facts):
                if fault not in told:
                    told.add(fault)
                    yield UnreadyAgreement(
                        account_id=agreement.account_id,
                        agreement_id=agreement.agreement_id,
                        determinant=fault.determinant,
                        lack=fault.lack,
                        since=day,
                        message=fault.message,
                    )

    def _days(self, agreement: ServiceAgreement) -> Iterator[date]:
        """The first day of every stretch on this version, and the days on which a fact changes inside it."""
        changes = {
            day
            for determinant in self._given
            if determinant.name in agreement.determinants
            for day in agreement.determinants[determinant.name].changes()
        }
        entries = agreement.tariff.entries
        ends = [*(day for day, _ in entries[1:]), date.max]
        for (start, code), end in zip(entries, ends, strict=True):
            if code != self.version.code:
                continue
            start = max(
                start, self.version.effective_from, agreement.start, agreement.billed_until or date.min
            )
            end = min(end, self._until, agreement.end or date.max)
            if start < end:
                yield start
                yield from sorted(day for day in changes if start < day < end)

    def _faults(self, facts: _Facts) -> tuple[_Fault, ...]:
        found = self._known.get(facts)
        if found is None:
            if len(self._known) >= _KINDS_KEPT:
                self._known.clear()
            found = self._known[facts] = tuple(self._find(facts))
        return found

    def _find(self, facts: _Facts) -> Iterator[_Fault]:
        values: dict[str, Value] = {}
        for determinant, fact in zip(self._given, facts, strict=True):
            raw = determinant.default if fact is None else fact
            try:
                if raw is not None:
                    values[determinant.name] = determinant.read(raw)
                elif determinant.required:
                    message = (
                        f"tariff {self.version.reference} needs {determinant.name}: the agreement has none"
                    )
                    yield _Fault(determinant.name, Lack.MISSING, message)
            except InvalidDeterminant as misfit:
                yield _Fault(determinant.name, Lack.WRONG_KIND, misfit.message)
        for determinant in self.version.determinants:
            if determinant.kind is DeterminantKind.EVENT:
                values[determinant.name] = ()
            elif determinant.default_from in values:
                values.setdefault(determinant.name, values[determinant.default_from])
        for scene in self._scenes(values):
            yield from self._charged(scene)

    def _scenes(self, values: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
        """The values in every season, or month, that the version tells apart."""
        calendar = [one for one in self.version.determinants if one.source is Source.CALENDAR]
        choices = [
            [one.read(text) for text in [season.name for season in one.seasons] or map(str, range(1, 13))]
            for one in calendar
        ]
        for chosen in product(*choices):
            yield {**values, **{one.name: value for one, value in zip(calendar, chosen, strict=True)}}

    def _charged(self, values: dict[str, Value]) -> Iterator[_Fault]:
        """What is wrong once charges are taken; those that need what is not known here are passed over."""
        for named in self.version.formulas:
            needed = names_in(named.formula.expression)
            if all(name in values for name in needed):
                try:
                    values[named.name] = named.formula.value(values)
                except Refusal as refusal:
                    yield _Fault(", ".join(needed), Lack.NOT_CHARGEABLE, refusal.message)
        for charge in self.version.charges:
            needed = _needed(charge)
            if any(name not in values for name in needed):
                continue  # what it needs is told already, or is not for the agreement to give
            try:
                charge.terms_for(values)
            except NotInTable as absent:
                key = absent.data.get("key")
                yield _Fault(
                    ", ".join(key) if isinstance(key, dict) else "", Lack.NOT_IN_TABLE, absent.message
                )
            except Refusal as refusal:
                yield _Fault(", ".join(needed), Lack.NOT_CHARGEABLE, refusal.message)


def _needed(charge: Charge) -> tuple[str, ...]:
    """Everything a charge's figures and conditions depend on."""
    of_amounts = (name for _, amount in charge.amounts() for name in determinants_in(amount))
    return tuple(dict.fromkeys([*(use.name for use in charge.uses()), *of_amounts]))
