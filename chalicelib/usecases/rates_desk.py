"""Where tariffs are drafted, reviewed and published: the stores they stand in, and who is at the desk.

A draft's document is kept under its fingerprint, so that nobody reviews one document and publishes another.
Publishing copies it to where bill runs look (publish_tariff.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.lifecycle import Act, Action, TariffLife
from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.declare_condition import conditions_in_force
from chalicelib.usecases.ports.artefacts import ArtefactMissing, ArtefactStore
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.ports.tariff_lives import PublishingAct, TariffLives
from chalicelib.usecases.published_tariffs import PublishedTariff, find_published, published_tariffs

_DRAFTS = "tariff-drafts/"
_REPORTS = "tariff-reports/"


class TariffUnknown(Refusal):
    """Nothing was ever drafted or published as a version of a tariff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesDesk:
    """The stores, and who works at the desk at what time. `read` compiles a canonical document."""

    lives: TariffLives
    store: ArtefactStore
    registry: RegistryStore
    ledger: LedgerStore
    operations: OperationsStore
    artefacts: RunArtefacts
    read: Callable[[str], RateDocument]
    actor: str
    now: datetime

    def read_tariff(self, canonical: str) -> TariffVersion:
        """The version a document describes, which is known to be a tariff's."""
        document = self.read(canonical)
        assert isinstance(document, TariffVersion), "drafts and published tariffs are tariffs"
        return document

    def conditions(self) -> list[Condition]:
        """What is declared for everybody now."""
        documents = [self.read(one.canonical) for one in conditions_in_force(self.store)]
        return [one for one in documents if isinstance(one, Condition)]

    def find(self, code: str, version: int) -> TariffLife | None:
        """The life of a version, also of one that was published before lives were kept; None for none."""
        life = self.lives.find(code, version)
        if life is None:
            published = find_published(self.store, code, version)
            return None if published is None else self._adopted(published)
        return life

    def life(self, code: str, version: int) -> TariffLife:
        """The life of a version. Raises TariffUnknown."""
        found = self.find(code, version)
        if found is None:
            raise TariffUnknown(
                f"nothing was drafted as tariff {code}@{version}: hand its document in with "
                "`headgate tariff draft FILE`",
                tariff=f"{code}@{version}",
            )
        return found

    def all_lives(self) -> list[TariffLife]:
        """Every version there is, in order of code and version."""
        known = {(one.code, one.version): one for one in self.lives.lives() if not one.is_condition}
        for published in published_tariffs(self.store):
            if (published.code, published.version) not in known:
                known[published.code, published.version] = self._adopted(published)
        return [known[key] for key in sorted(known)]

    def family(self, code: str) -> list[TariffLife]:
        """The published versions of a tariff, in order of version."""
        return [life for life in self.all_lives() if life.code == code and life.is_published]

    def keep(self, canonical: str, *, fingerprint: str) -> None:
        """Keep a draft's document."""
        self.store.put_new(_draft_key(fingerprint), canonical.encode())

    def keep_report(self, report: PublicationReport) -> None:
        """Keep what is signed off, to the letter."""
        self.store.put_new(_report_key(report.sha256), report.text.encode())

    def kept_report(self, sha256: str) -> str:
        """The text of a report that was signed off; empty where only its hash was kept."""
        try:
            return self.store.get(_report_key(sha256)).decode()
        except ArtefactMissing:
            return ""

    def canonical(self, life: TariffLife) -> str:
        """The document of a version's last draft, canonical. Raises ArtefactMissing."""
        if life.is_published:
            published = find_published(self.store, life.code, life.version)
            if published is not None:
                return published.canonical
        return self.store.get(_draft_key(life.fingerprint)).decode()

    def version(self, life: TariffLife) -> TariffVersion:
        """A version's last draft, compiled. Raises ArtefactMissing."""
        return self.read_tariff(self.canonical(life))

    def save(self, life: TariffLife, *, before: TariffLife | None) -> TariffLife:
        """Store what was done to a version, with its audit entry; nothing where nothing was done.

        Raises TariffChangedMeanwhile.
        """
        if life != before:
            self.lives.save(life, audit=_entry(life, before))
        return life

    def publish(self, lives: Mapping[TariffLife, TariffLife], *, after: int) -> None:
        """Store that versions were published together, by how each was before. `after`: see TariffLives.

        Raises TariffChangedMeanwhile, TooManyVersions.
        """
        acts = [PublishingAct(life, _entry(life, before)) for before, life in lives.items() if life != before]
        if acts:
            self.lives.publish(acts, after=after)

    def _adopted(self, published: PublishedTariff) -> TariffLife:
        """The life of a version of which only the publishing is known."""
        act = Act(
            action=Action.PUBLISHED,
            actor="",
            at=datetime(1, 1, 1, tzinfo=UTC),
            fingerprint=published.fingerprint,
        )
        return TariffLife(
            code=published.code,
            version=published.version,
            fingerprint=published.fingerprint,
            effective_from=self.read_tariff(published.canonical).effective_from,
            history=(act,),
        )


def _report_key(sha256: str) -> str:
    return f"{_REPORTS}{sha256}.jsonl"


def _draft_key(fingerprint: str) -> str:
    return f"{_DRAFTS}{fingerprint}.json"


def _entry(life: TariffLife, before: TariffLife | None) -> AuditEntry:
    act, number = life.history[-1], len(life.history)
    told = {"fingerprint": act.fingerprint, "effective_from": str(life.effective_from)}
    return AuditEntry(
        entity="tariff",
        entity_id=life.reference,
        action=act.action.value,
        actor=act.actor,
        at=act.at,
        unique=f"{number:04d}.{act.action}",
        before={"state": before.state.value, "fingerprint": before.fingerprint} if before else {},
        after={"state": life.state.value, **told, **({"report": act.report} if act.report else {})},
    )
