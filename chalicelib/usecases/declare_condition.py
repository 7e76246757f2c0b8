"""Declare conditions: from then on bill runs look them up, and a revision never changes again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.determinants import Determinant, InvalidDeterminant, Source
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.published_tariffs import published_tariffs

_PREFIX = "conditions/"


class ConditionUnknown(Refusal):
    """No condition of this name is declared."""


class RevisionOutOfTurn(Refusal):
    """A revision is there already with other content, or is not the next one."""


class PastChanged(Refusal):
    """A revision says something else of days on which bills may stand."""


class ConditionUnfit(Refusal):
    """A published tariff could not read what a condition declares."""


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
    """Where conditions are declared, and by whom. `read` reads canonical documents of either kind."""

    store: ArtefactStore
    audit: AuditStore
    read: Callable[[str], RateDocument]
    actor: str
    now: datetime

    def declare(
        self, condition: Condition, canonical: str, *, since: date, retroactive: bool = False
    ) -> bool:
        """Declare a revision; False when the very same was declared before.

        A later revision may not say anything else of days before `since`, on which bills may stand, unless it
        is meant to be `retroactive`: then those bills are to be canceled and billed anew.

        Raises RevisionOutOfTurn, PastChanged and ConditionUnfit.
        """
        declared = DeclaredCondition(name=condition.name, revision=condition.revision, canonical=canonical)
        latest = self._latest(condition.name)
        if latest is not None and latest.revision >= condition.revision:
            return self._declared_before(declared, latest)
        self._require_next(condition, latest)
        changed = self._change(condition, latest)
        if changed is not None and changed < since and not retroactive:
            raise PastChanged(
                f"{condition.reference} changes what was said of {changed}; bills may stand on days before "
                f"{since}: let the change begin on {since}, or say that it is retroactive and bill anew",
                condition=condition.name,
                day=changed,
                since=since,
            )
        self._require_fit(condition)
        if not self.store.put_new(_key(declared), canonical.encode()):
            return self._declared_before(declared, declared)  # somebody else was faster
        self.audit.add(self._entry(declared, changed, retroactive=retroactive))
        return True

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

    def _declared_before(self, declared: DeclaredCondition, latest: DeclaredCondition) -> bool:
        if self.store.get(_key(declared)).decode() == declared.canonical:
            return False
        raise RevisionOutOfTurn(
            f"{declared.reference} is declared with other content, and bills may stand on it: give the "
            f"changed document revision {latest.revision + 1}",
            condition=declared.name,
            revision=latest.revision + 1,
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

    def _change(self, condition: Condition, latest: DeclaredCondition | None) -> date | None:
        if latest is None:
            return None
        before = self.read(latest.canonical)
        assert isinstance(before, Condition), f"{latest.reference} holds a condition"
        return before.first_change(condition)

    def _require_fit(self, condition: Condition) -> None:
        """Every published tariff that looks the condition up can read it. Raises ConditionUnfit."""
        for version in self._published_with(condition.name):
            for why in _misfits(condition, version):
                raise ConditionUnfit(
                    f"tariff {version.reference} cannot use {condition.reference}: {why}",
                    condition=condition.name,
                    tariff=version.reference,
                )

    def _entry(self, declared: DeclaredCondition, changed: date | None, *, retroactive: bool) -> AuditEntry:
        after: dict[str, object] = {"fingerprint": declared.fingerprint}
        if changed is not None:
            after["changed_from"] = changed.isoformat()
        return AuditEntry(
            entity="condition",
            entity_id=declared.name,
            action="declared",
            actor=self.actor,
            at=self.now,
            unique=f"declared.{declared.revision}",
            before={"revision": declared.revision - 1},
            after={"revision": declared.revision, **after, **({"retroactive": True} if retroactive else {})},
        )


def conditions_in_force(store: ArtefactStore) -> list[DeclaredCondition]:
    """The latest revision of every condition, by name."""
    return _latest(store, _PREFIX)


def condition_in_force(store: ArtefactStore, name: str) -> DeclaredCondition:
    """The latest revision of one condition. Raises ConditionUnknown."""
    for declared in _latest(store, f"{_PREFIX}{name}/"):
        return declared
    raise ConditionUnknown(
        f"no condition {name} is declared: `headgate condition list` names those that are", condition=name
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


def _key(declared: DeclaredCondition) -> str:
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
