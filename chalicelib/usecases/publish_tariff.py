"""Publish reviewed tariff versions: from then on bill runs use them, and they never change again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.lifecycle import Action, TariffLife, published, version_is_published
from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.usecases.declare_condition import require_fit
from chalicelib.usecases.published_tariffs import PublishedTariff, find_published, put_published
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.report_publication import Watch, report_publications, unwatched


class RetroactiveNotConfirmed(Refusal):
    """A version takes over days that bills stand on, and nobody has said that this is meant."""


class VersionToPublish(NamedTuple):
    """A version, and the fingerprint of the document that is to be published as it."""

    code: str
    version: int
    fingerprint: str

    @property
    def reference(self) -> str:
        """`CODE@version`."""
        return f"{self.code}@{self.version}"


def publish_tariffs(
    desk: RatesDesk,
    wanted: Sequence[VersionToPublish],
    *,
    retroactive: bool = False,
    watch: Watch = unwatched,
) -> dict[str, bool]:
    """Publish reviewed versions together; by `CODE@version`, whether it is new. Safe to repeat.

    All are published or none, and none if anybody publishes anything while they are weighed up. `retroactive`
    says that taking over days that bills stand on is meant. Raises TariffUnknown, VersionIsPublished,
    DraftChanged, NotReviewed, ReportNotSignedOff, RetroactiveNotConfirmed, ConditionUnfit,
    TariffChangedMeanwhile, TooManyVersions.
    """
    publishings = desk.lives.publishings()
    lives = {one: desk.life(one.code, one.version) for one in wanted}
    for one, life in lives.items():
        published(life, fingerprint=one.fingerprint, report=None, actor=desk.actor, at=desk.now)
    fresh = [life for life in lives.values() if not life.is_published]
    for condition, life in product(desk.conditions(), fresh):
        require_fit(condition, desk.version(life))
    reports = dict(
        zip([life.reference for life in fresh], report_publications(desk, fresh, watch=watch), strict=True)
    )
    results = {
        life: _published(desk, life, one.fingerprint, reports.get(one.reference), retroactive)
        for one, life in lives.items()
    }
    documents = {life: desk.canonical(life) for life in results.values()}
    desk.publish(results, after=publishings)
    return {life.reference: _put(desk, life, canonical) for life, canonical in documents.items()}


def _published(
    desk: RatesDesk, life: TariffLife, fingerprint: str, report: PublicationReport | None, retroactive: bool
) -> TariffLife:
    """The life with the version published, if its report allows it. Nothing is stored yet."""
    if report is not None and report.segments and not retroactive:
        raise RetroactiveNotConfirmed(
            f"tariff {life.reference} takes over from {life.effective_from}, and {report.bill_count} bills "
            "stand on such days: give it a later day, or say --retroactive if they are to be corrected "
            f"(headgate tariff report {life.reference} lists them)",
            tariff=life.reference,
            bills=report.bill_count,
        )
    must_be_signed, news = (None, "") if report is None or report.is_clear else _signed(desk, life, report)
    return published(
        life, fingerprint=fingerprint, report=must_be_signed, news=news, actor=desk.actor, at=desk.now
    )


def _signed(desk: RatesDesk, life: TariffLife, report: PublicationReport) -> tuple[str, str]:
    """The hash of the report that must be signed off, and what is new in it.

    A signature on a report that told of everything stands, though something was mended since.
    """
    news: list[str] = []
    for act in life.acts_of(Action.SIGNED_OFF):
        found = report.news_since(desk.kept_report(act.report))
        if not found:
            return act.report, ""
        news.append(f"since {act.actor} signed off {act.report[:12]}, {found}")
    return report.sha256, news[-1] if news else ""


def _put(desk: RatesDesk, life: TariffLife, canonical: str) -> bool:
    """Give the document of a version that is recorded as published to bill runs."""
    tariff = PublishedTariff(code=life.code, version=life.version, canonical=canonical)
    if put_published(desk.store, tariff):
        return True
    in_use = find_published(desk.store, life.code, life.version)
    if in_use is not None and in_use.fingerprint != life.fingerprint:
        raise version_is_published(life.code, life.version)
    return False
