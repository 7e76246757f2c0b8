"""Sign off what publishing a tariff version would leave to be mended."""

from __future__ import annotations

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.lifecycle import TariffLife, begins_with, signed_off
from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.report_publication import Watch, report_publications, unwatched


class ReportChanged(Refusal):
    """The report no longer says what was looked at."""


class NothingToSignOff(Refusal):
    """Publishing the version would leave nothing to be mended."""


def sign_off_report(
    desk: RatesDesk, code: str, version: int, *, seen: str, watch: Watch = unwatched
) -> tuple[TariffLife, PublicationReport]:
    """Sign off the version's report, whose hash begins with `seen`; it is made again and must be the same.

    Raises TariffUnknown, ReportChanged, NothingToSignOff, VersionIsPublished, MakerIsChecker, NotReviewed,
    TariffChangedMeanwhile.
    """
    before = desk.life(code, version)
    (report,) = report_publications(desk, [before], watch=watch)
    if report.is_clear:
        raise NothingToSignOff(
            f"publishing tariff {before.reference} leaves nothing to be mended: publish it",
            tariff=before.reference,
        )
    if not begins_with(report.sha256, seen):
        raise ReportChanged(
            f"the report on tariff {before.reference} is {report.sha256[:12]} now, not {seen[:12]}: look at "
            f"it again (headgate tariff report {before.reference})",
            tariff=before.reference,
            report=report.sha256,
        )
    desk.keep_report(report)
    life = signed_off(before, report=report.sha256, actor=desk.actor, at=desk.now)
    return desk.save(life, before=before), report
