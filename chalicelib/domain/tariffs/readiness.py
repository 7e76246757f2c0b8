"""Which agreements a tariff version could not bill: a fact is missing, of another kind, or in no table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.amounts import NotInTable
from chalicelib.domain.tariffs.determinants import Determinant, InvalidDeterminant, Value
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
        self._known: dict[_Facts, tuple[_Fault, ...]] = {}

    def faults_of(self, agreement: ServiceAgreement) -> Iterator[UnreadyAgreement]:
        """What the agreement lacks on the days it is billed on this version; each lack once, its first day.

        Days up to `billed_until` were billed by another system and are not looked at.
        """
        told: set[_Fault] = set()
        for day in self._days(agreement):
            facts = tuple(
                None if (dated := agreement.determinants.get(determinant.name)) is None else dated.find(day)
                for determinant in self.version.determinants
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
            for determinant in self.version.determinants
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
        for determinant, fact in zip(self.version.determinants, facts, strict=True):
            raw = determinant.default if fact is None else fact
            try:
                if raw is not None:
                    values[determinant.name] = determinant.read(raw)
                elif must_be_given(determinant):
                    message = (
                        f"tariff {self.version.reference} needs {determinant.name}: the agreement has none"
                    )
                    yield _Fault(determinant.name, Lack.MISSING, message)
            except InvalidDeterminant as misfit:
                yield _Fault(determinant.name, Lack.WRONG_KIND, misfit.message)
        for charge in self.version.charges:
            if any(use.name not in values for use in charge.uses()):
                continue  # what it needs is told already, or is not for the agreement to give
            try:
                charge.terms_for(values)
            except NotInTable as absent:
                key = absent.data.get("key")
                names = ", ".join(key) if isinstance(key, dict) else ""
                yield _Fault(names, Lack.NOT_IN_TABLE, absent.message)
            except Refusal as refusal:
                names = ", ".join(dict.fromkeys(use.name for use in charge.uses()))
                yield _Fault(names, Lack.NOT_CHARGEABLE, refusal.message)


def must_be_given(determinant: Determinant) -> bool:
    """Whether an agreement without this determinant is left out of bill runs."""
    return determinant.default is None
