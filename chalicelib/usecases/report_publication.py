"""Report what publishing tariff versions would do: to agreements, shard by shard, and to bills that stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.kernel.ids import Shard
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.tariffs.lifecycle import TariffLife, predecessor, successor
from chalicelib.domain.tariffs.publication import PublicationReport, SegmentToCorrect
from chalicelib.domain.tariffs.readiness import ReadinessCheck, UnreadyAgreement
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.find_bills_to_correct import Correction
from chalicelib.usecases.published_tariffs import published_tariffs
from chalicelib.usecases.rates_desk import RatesDesk

Watch = Callable[[int, int], None]
"""Called with how many shards are done, of how many."""


def unwatched(_done: int, _of: int) -> None:
    """For those who do not watch."""


@dataclass
class _Survey:
    """The findings about one version while shards go by."""

    version: TariffVersion
    check: ReadinessCheck
    correction: Correction | None
    agreements: list[UnreadyAgreement] = field(default_factory=list)
    segments: list[SegmentToCorrect] = field(default_factory=list)
    unchanged: int = 0

    def look_at(self, shard: Shard, accounts: Sequence[AccountWithAgreements]) -> None:
        for account in accounts:
            for agreement in account.agreements:
                self.agreements.extend(self.check.faults_of(agreement))
        if self.correction is not None:
            numbers = {one.account.account_id: one.account.number for one in accounts}
            for segment in self.correction.segments_of(shard, numbers=numbers):
                if segment.is_same:
                    self.unchanged += 1
                else:
                    self.segments.append(segment)

    def report(self) -> PublicationReport:
        return PublicationReport(
            reference=self.version.reference,
            fingerprint=self.version.fingerprint,
            agreements=tuple(self.agreements),
            segments=tuple(self.segments),
            unchanged=self.unchanged,
        )


def report_publications(
    desk: RatesDesk, lives: Sequence[TariffLife], *, watch: Watch = unwatched
) -> list[PublicationReport]:
    """A report for each of `lives`, as if all of them were published together, in one pass over the shards.

    Of a version that is published the report tells what is left to be mended. Raises ArtefactMissing.
    """
    surveys = list(_surveys(desk, lives))
    shards = all_shards(desk.registry) if surveys else []
    for done, shard in enumerate(shards):
        watch(done, len(shards))
        accounts = desk.registry.accounts_of_shard(shard)
        for survey in surveys:
            survey.look_at(shard, accounts)
    watch(len(shards), len(shards))
    return [survey.report() for survey in surveys]


def _surveys(desk: RatesDesk, lives: Sequence[TariffLife]) -> Iterator[_Survey]:
    known = {life.reference: life for life in desk.all_lives() if life.is_published}
    known.update({life.reference: life for life in lives})
    versions = {life.reference: desk.version(life) for life in lives}
    for tariff in published_tariffs(desk.store):
        if tariff.reference not in versions:
            versions[tariff.reference] = desk.read_tariff(tariff.canonical)
    for life in lives:
        family = [other for other in known.values() if other.code == life.code]
        after = successor(life, family)
        version = versions[life.reference]
        yield _Survey(
            version=version,
            check=ReadinessCheck(version, until=after.effective_from if after else None),
            # Without a version before it, no day can have been billed that this one takes over.
            correction=Correction(desk, version, versions.values()) if predecessor(life, family) else None,
        )
