"""Declare conditions, for somebody else to approve: from then on bill runs look them up.

A revision that is in force never changes again. What only adds readings needs no second person: it is
measured, like reads of meters, and decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.determinants import Determinant, InvalidDeterminant, Source
from chalicelib.domain.tariffs.lifecycle import CONDITION, Act, Action, TariffLife, approved, drafted, taken
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.tariff_lives import PublishingAct, TariffLives
from chalicelib.usecases.published_tariffs import published_tariffs

_PREFIX = "conditions/"
_DRAFTS = "condition-drafts/"


class ConditionUnknown(Refusal):
    """No condition of this name is declared."""


class RevisionOutOfTurn(Refusal):
    """A revision is there already with other content, or is not the next one."""


class PastChanged(Refusal):
    """A revision says something else of days on which bills may stand."""


class ConditionUnfit(Refusal):
    """A published tariff could not read what a condition declares."""


class NothingToApprove(Refusal):
    """No revision of a condition waits for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCondition:
    """A revision's document in canonical JSON, named `condition:NAME@revision`."""

    name: str
    revision: int
    canonical: str

    @property
    def reference(self) -> str:
        """`condition:NAME@revision`."""
        return f"condition:{self.name}@{self.revision}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical document."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionDesk:
    """Where conditions are declared and approved, and by whom. `read` reads canonical documents."""

    lives: TariffLives
    store: ArtefactStore
    read: Callable[[str], RateDocument]
    actor: str
    now: datetime

    def declare(
        self, condition: Condition, canonical: str, *, since: date, retroactive: bool = False
    ) -> TariffLife:
        """Hand in the next revision, in place of one that waits already. Safe to repeat.

        It waits for somebody else, unless it only adds readings. It may not say anything else of days before
        `since`, on which bills may stand, unless it is meant to be `retroactive`: then those bills are to be
        canceled and billed anew.

        Raises RevisionOutOfTurn, PastChanged, ConditionUnfit and TariffChangedMeanwhile.
        """
        interrupted = self.waiting(condition.name)
        if interrupted is not None and interrupted.is_published:
            self._give_to_runs(interrupted)
        latest = self._latest(condition.name)
        before = self.lives.find(f"{CONDITION}{condition.name}", condition.revision)
        if latest is not None and latest.revision >= condition.revision:
            self._require_same(condition, self.store.get(_key(condition)).decode(), latest.revision)
            return before or self._adopted(condition)
        publishings = self.lives.publishings()
        self._require_next(condition, latest)
        changed = self._require_sound(condition, latest, since=since, retroactive=retroactive)
        life = drafted(
            before,
            code=f"{CONDITION}{condition.name}",
            version=condition.revision,
            fingerprint=condition.fingerprint,
            effective_from=changed or min(condition.changes(), default=since),
            actor=self.actor,
            at=self.now,
        )
        self.store.put_new(_draft_key(life), canonical.encode())
        if life != before:
            self.lives.save(life, audit=self._entry(life, retroactive=retroactive))
        if not condition.readings or changed is not None:
            return life
        return self._put_in_force(taken(life, actor=self.actor, at=self.now), after=publishings)

    def approve(self, name: str, *, seen: str, since: date, retroactive: bool = False) -> TariffLife:
        """Put the revision that waits in force, as a second person, who saw the document of this fingerprint.

        Days have gone by since it was declared: what goes for `since` and `retroactive` is asked again. Safe
        to repeat. Raises NothingToApprove, MakerIsChecker, DraftChanged, PastChanged, ConditionUnfit and
        TariffChangedMeanwhile.
        """
        publishings = self.lives.publishings()
        life = self.waiting(name)
        if life is None:
            raise nothing_to_approve(name)
        if life.is_published:  # and bill runs do not have it yet
            return self._give_to_runs(life)
        done = approved(life, seen=seen, actor=self.actor, at=self.now)
        condition = self._condition(self.canonical_draft(life))
        self._require_sound(condition, self._latest(name), since=since, retroactive=retroactive)
        return self._put_in_force(done, after=publishings, retroactive=retroactive)

    def waiting(self, name: str) -> TariffLife | None:
        """The revision that comes next, if it is declared and not yet what bill runs use."""
        latest = self._latest(name)
        return self.lives.find(f"{CONDITION}{name}", latest.revision + 1 if latest else 1)

    def all_waiting(self) -> list[TariffLife]:
        """Every revision that waits for somebody, by name."""
        names = {life.code.removeprefix(CONDITION) for life in self.lives.lives() if life.is_condition}
        found = (self.waiting(name) for name in sorted(names))
        return [life for life in found if life is not None]

    def canonical_draft(self, life: TariffLife) -> str:
        """The document of a revision that waits. Raises ArtefactMissing."""
        return self.store.get(_draft_key(life)).decode()

    def _put_in_force(self, life: TariffLife, *, after: int, retroactive: bool = False) -> TariffLife:
        """Record it, then give it to bill runs: a repeat makes up for a lost half."""
        entry = self._entry(life, retroactive=retroactive)
        self.lives.publish([PublishingAct(life, entry)], after=after)
        return self._give_to_runs(life)

    def _give_to_runs(self, life: TariffLife) -> TariffLife:
        canonical = self.canonical_draft(life)
        condition = self._condition(canonical)
        if not self.store.put_new(_key(condition), canonical.encode()):
            self._require_same(condition, self.store.get(_key(condition)).decode(), condition.revision)
        return life

    def readers(self, name: str) -> list[str]:
        """The published tariff versions that look the condition up, as `CODE@version`."""
        return [version.reference for version in self._published_with(name) if _is_read_by(version, name)]

    def _published_with(self, name: str) -> Iterator[TariffVersion]:
        """The published versions whose documents have `name` in them at all."""
        for tariff in published_tariffs(self.store):
            if f'"{name}"' in tariff.canonical:
                version = self.read(tariff.canonical)
                assert isinstance(version, TariffVersion), f"{tariff.reference} holds a tariff"
                yield version

    def _latest(self, name: str) -> DeclaredCondition | None:
        return next(iter(_latest(self.store, f"{_PREFIX}{name}/")), None)

    def _condition(self, canonical: str) -> Condition:
        document = self.read(canonical)
        assert isinstance(document, Condition), "what is kept of conditions are conditions"
        return document

    def _adopted(self, condition: Condition) -> TariffLife:
        """The life of a revision that was in force before lives of conditions were kept."""
        first = datetime(1, 1, 1, tzinfo=UTC)
        act = Act(action=Action.PUBLISHED, actor="", at=first, fingerprint=condition.fingerprint)
        return TariffLife(
            code=f"{CONDITION}{condition.name}",
            version=condition.revision,
            fingerprint=condition.fingerprint,
            effective_from=first.date(),
            history=(act,),
        )

    def _require_same(self, condition: Condition, canonical: str, latest: int) -> None:
        if self._condition(canonical).fingerprint != condition.fingerprint:
            raise RevisionOutOfTurn(
                f"{condition.reference} is declared with other content, and bills may stand on it: give the "
                f"changed document revision {latest + 1}",
                condition=condition.name,
                revision=latest + 1,
            )

    def _require_next(self, condition: Condition, latest: DeclaredCondition | None) -> None:
        due = latest.revision + 1 if latest else 1
        if condition.revision != due:
            known = f"revision {latest.revision} is the latest one" if latest else "nothing is declared yet"
            raise RevisionOutOfTurn(
                f"{condition.reference} is not the next revision, {known}: give it revision {due}",
                condition=condition.name,
                revision=due,
            )

    def _require_sound(
        self, condition: Condition, latest: DeclaredCondition | None, *, since: date, retroactive: bool
    ) -> date | None:
        """The first day of which it says something else than before. Raises PastChanged, ConditionUnfit."""
        changed = self._condition(latest.canonical).first_change(condition) if latest else None
        if changed is not None and changed < since and not retroactive:
            raise PastChanged(
                f"{condition.reference} changes what was said of {changed}; bills may stand on days before "
                f"{since}: let the change begin on {since}, or say that it is retroactive and bill anew",
                condition=condition.name,
                day=changed,
                since=since,
            )
        for version in self._published_with(condition.name):
            require_fit(condition, version)
        return changed

    def _entry(self, life: TariffLife, *, retroactive: bool) -> AuditEntry:
        act = life.history[-1]
        return AuditEntry(
            entity="condition",
            entity_id=life.code.removeprefix(CONDITION),
            action="declared" if act.action is Action.DRAFTED else "put in force",
            actor=act.actor,
            at=act.at,
            unique=f"{life.version:06d}.{len(life.history):04d}.{act.action}",
            before={"revision": life.version - 1},
            after={
                "revision": life.version,
                "fingerprint": life.fingerprint,
                "from": life.effective_from.isoformat(),
                **({"retroactive": True} if retroactive else {}),
            },
        )


def nothing_to_approve(name: str) -> NothingToApprove:
    """What is said of a condition of which nothing waits."""
    return NothingToApprove(
        f"no revision of condition {name} waits to be approved: declare one first, or look at what is in "
        f"force with `headgate condition show {name}`",
        condition=name,
    )


def require_fit(condition: Condition, version: TariffVersion) -> None:
    """Raise ConditionUnfit unless a tariff that looks a condition up can read it."""
    for why in _misfits(condition, version):
        raise ConditionUnfit(
            f"tariff {version.reference} cannot use {condition.reference}: {why}",
            condition=condition.name,
            tariff=version.reference,
        )


def conditions_in_force(store: ArtefactStore) -> list[DeclaredCondition]:
    """The latest revision of every condition, by name."""
    return _latest(store, _PREFIX)


def condition_in_force(store: ArtefactStore, name: str) -> DeclaredCondition:
    """The latest revision of one condition. Raises ConditionUnknown."""
    for declared in _latest(store, f"{_PREFIX}{name}/"):
        return declared
    raise ConditionUnknown(
        f"no condition {name} is in force: `headgate condition list` names those that are", condition=name
    )


def _latest(store: ArtefactStore, prefix: str) -> list[DeclaredCondition]:
    latest: dict[str, int] = {}
    for key in store.keys(prefix):
        name, _, revision = key.removeprefix(_PREFIX).removesuffix(".json").rpartition("/")
        latest[name] = max(latest.get(name, 0), int(revision))
    return [
        DeclaredCondition(
            name=name, revision=revision, canonical=store.get(f"{_PREFIX}{name}/{revision}.json").decode()
        )
        for name, revision in sorted(latest.items())
    ]


def _draft_key(life: TariffLife) -> str:
    return f"{_DRAFTS}{life.fingerprint}.json"


def _key(declared: Condition) -> str:
    return f"{_PREFIX}{declared.name}/{declared.revision}.json"


def _is_read_by(version: TariffVersion, name: str) -> bool:
    return any(
        determinant.name == name and determinant.source in (Source.UTILITY, Source.WEATHER)
        for determinant in version.determinants
    )


def _misfits(condition: Condition, version: TariffVersion) -> Iterator[str]:
    declared = {determinant.name: determinant for determinant in version.determinants}
    determinant = declared.get(condition.name)
    if determinant is None:
        return
    if determinant.source is not (Source.WEATHER if condition.readings else Source.UTILITY):
        known = f"declares {determinant.name} of source {determinant.source.value}"
        yield f"it {known}, and this is {'measured' if condition.readings else 'declared'}"
    elif condition.by is not None and condition.by not in declared:
        yield f"it does not declare {condition.by}, by which the condition differs"
    else:
        yield from _unreadable(condition, determinant)


def _unreadable(condition: Condition, determinant: Determinant) -> Iterator[str]:
    for history in condition.histories.values():
        for day, value in history.entries:
            try:
                determinant.read(value)
            except InvalidDeterminant as misfit:
                yield f"from {day}, {misfit.message}"
