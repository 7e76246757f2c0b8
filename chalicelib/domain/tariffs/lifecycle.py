"""The life of a tariff version: drafted, reviewed by a second person, published, superseded.

What happened is kept as a list of acts; every state is read off it. Superseded is never stored: it follows
from a later version of the same tariff that is in force.

A condition's revision lives the same life with fewer acts: who approves it puts it in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.kernel.errors import Refusal

CONDITION = "condition:"
"""What the code of a condition begins with; no tariff's does."""

_SHORTEST_HASH = 8  # hex digits that must be typed of a fingerprint or a report's hash


class TariffState(StrEnum):
    """How far a version is."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"  # in force, or waiting for its day
    SUPERSEDED = "superseded"


class Action(StrEnum):
    """What a person can do to a version."""

    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    SIGNED_OFF = "signed_off"  # a report of what publishing would do
    PUBLISHED = "published"


class VersionIsPublished(Refusal):
    """A published version is to be changed."""


class MakerIsChecker(Refusal):
    """A version is to be reviewed by somebody who has written a draft of it."""


class DraftChanged(Refusal):
    """The draft is no longer the document that was looked at."""


class NotReviewed(Refusal):
    """A version needs the review of a second person first."""


class ReportNotSignedOff(Refusal):
    """Publishing would do something that nobody has signed off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what when. `fingerprint`: of the document then; `report`: the hash of what was signed off."""

    action: Action
    actor: str
    at: datetime
    fingerprint: str
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffLife:
    """What has happened to one version. Fingerprint and effective day are those of the last draft."""

    code: str
    version: int
    fingerprint: str
    effective_from: date
    history: tuple[Act, ...]

    @property
    def reference(self) -> str:
        """`CODE@version`."""
        return f"{self.code}@{self.version}"

    @property
    def is_condition(self) -> bool:
        """Whether it is a condition's revision."""
        return self.code.startswith(CONDITION)

    @property
    def subject(self) -> str:
        """What it is, for people."""
        return self.reference if self.is_condition else f"tariff {self.reference}"

    @property
    def review_command(self) -> str:
        """How somebody looks at it."""
        if self.is_condition:
            return f"headgate condition review {self.code.removeprefix(CONDITION)}"
        return f"headgate tariff review {self.reference}"

    @property
    def is_published(self) -> bool:
        """Whether bill runs use the version; it never changes again."""
        return any(act.action is Action.PUBLISHED for act in self.history)

    @property
    def state(self) -> TariffState:
        """The state as far as the version itself knows it."""
        if self.is_published:
            return TariffState.PUBLISHED
        return TariffState.REVIEWED if self.reviewers else TariffState.DRAFT

    @property
    def maker(self) -> str:
        """Who wrote the last draft."""
        return self._since_draft[0].actor

    @property
    def makers(self) -> frozenset[str]:
        """Who has written any draft of the version: the last one may keep what others wrote in theirs."""
        return frozenset(act.actor for act in self.history if act.action is Action.DRAFTED)

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who has reviewed the last draft, in order."""
        return tuple(act.actor for act in self.acts_of(Action.REVIEWED))

    @property
    def signed_off(self) -> frozenset[str]:
        """The hashes of the reports that were signed off for the last draft."""
        return frozenset(act.report for act in self.acts_of(Action.SIGNED_OFF))

    def acts_of(self, action: Action) -> tuple[Act, ...]:
        """What was done so to the last draft, in order."""
        return tuple(act for act in self._since_draft if act.action is action)

    @property
    def _since_draft(self) -> tuple[Act, ...]:
        drafts = (number for number, act in enumerate(self.history) if act.action is Action.DRAFTED)
        return self.history[max(drafts, default=0) :]

    def has_fingerprint(self, seen: str) -> bool:
        """Whether the last draft is the document whose fingerprint begins with `seen` (8 digits at least)."""
        return begins_with(self.fingerprint, seen)


def drafted(
    life: TariffLife | None,
    *,
    code: str,
    version: int,
    fingerprint: str,
    effective_from: date,
    actor: str,
    at: datetime,
) -> TariffLife:
    """The life with `fingerprint` as its draft; reviews of an earlier one no longer count.

    The same document again changes nothing: nobody becomes its maker by handing in what is there. Raises
    VersionIsPublished.
    """
    if life is not None and life.fingerprint == fingerprint:
        return life
    if life is not None and life.is_published:
        raise version_is_published(life.code, life.version)
    act = Act(action=Action.DRAFTED, actor=actor, at=at, fingerprint=fingerprint)
    return TariffLife(
        code=code,
        version=version,
        fingerprint=fingerprint,
        effective_from=effective_from,
        history=(*(life.history if life else ()), act),
    )


def reviewed(life: TariffLife, *, seen: str, actor: str, at: datetime) -> TariffLife:
    """The life with the draft reviewed by `actor`, who saw the document whose fingerprint begins so.

    A second review by the same person changes nothing. Raises VersionIsPublished, DraftChanged,
    MakerIsChecker.
    """
    _require_unpublished(life)
    _require_seen(life, seen)
    _require_second(life, actor)
    if actor in life.reviewers:
        return life
    return _with(life, Action.REVIEWED, actor, at)


def signed_off(life: TariffLife, *, report: str, actor: str, at: datetime) -> TariffLife:
    """The life with the report of hash `report` signed off by one of the draft's reviewers.

    Raises VersionIsPublished, MakerIsChecker, NotReviewed.
    """
    _require_unpublished(life)
    _require_second(life, actor)
    if actor not in life.reviewers:
        raise NotReviewed(
            f"{actor} has not reviewed the draft of tariff {life.reference}: who signs a report off reviews "
            f"the draft first (headgate tariff review {life.reference})",
            tariff=life.reference,
            actor=actor,
        )
    if report in life.signed_off:
        return life
    return _with(life, Action.SIGNED_OFF, actor, at, report=report)


def published(
    life: TariffLife, *, fingerprint: str, report: str | None, news: str = "", actor: str, at: datetime
) -> TariffLife:
    """The life with the reviewed document of `fingerprint` published, by whomever.

    `report` is the hash of what must be signed off (None: nothing need be), `news` tells for people what it
    has that no signed report had. The same document again changes nothing. Raises VersionIsPublished,
    DraftChanged, NotReviewed, ReportNotSignedOff.
    """
    if life.is_published and life.fingerprint != fingerprint:
        raise version_is_published(life.code, life.version)
    if life.is_published:
        return life
    _require_seen(life, fingerprint)
    if not life.reviewers:
        raise NotReviewed(
            f"the draft of tariff {life.reference} by {life.maker} is not reviewed: somebody else reviews it "
            f"first (headgate tariff review {life.reference})",
            tariff=life.reference,
            maker=life.maker,
        )
    if report is not None and report not in life.signed_off:
        raise ReportNotSignedOff(
            f"publishing tariff {life.reference} leaves agreements unbilled or bills to be corrected, and "
            f"report {report[:12]} of it is not signed off{f' ({news})' if news else ''}: look at it with "
            f"`headgate tariff report {life.reference}`, mend what it lists, or have a reviewer sign it off "
            f"(headgate tariff sign-off {life.reference} --report {report[:12]})",
            tariff=life.reference,
            report=report,
        )
    return _with(life, Action.PUBLISHED, actor, at)


def approved(life: TariffLife, *, seen: str, actor: str, at: datetime) -> TariffLife:
    """The life of a condition put in force by a second person, who saw the document of this fingerprint.

    Raises VersionIsPublished, DraftChanged, MakerIsChecker.
    """
    _require_unpublished(life)
    _require_seen(life, seen)
    _require_second(life, actor)
    return _with(life, Action.PUBLISHED, actor, at)


def taken(life: TariffLife, *, actor: str, at: datetime) -> TariffLife:
    """The life of a condition put in force without a second person. Raises VersionIsPublished."""
    _require_unpublished(life)
    return _with(life, Action.PUBLISHED, actor, at)


def begins_with(fingerprint: str, seen: str) -> bool:
    """Whether `seen` is the beginning of a hash, long enough to mean it."""
    return len(seen) >= _SHORTEST_HASH and fingerprint.startswith(seen.lower())


def state_on(day: date, life: TariffLife, family: Iterable[TariffLife]) -> TariffState:
    """The state on `day`; `family` holds the versions of the same tariff."""
    if life.is_published and any(
        other.is_published and other.effective_from <= day and _place(other) > _place(life)
        for other in family
    ):
        return TariffState.SUPERSEDED
    return life.state


def predecessor(life: TariffLife, family: Iterable[TariffLife]) -> TariffLife | None:
    """Which of the published versions in `family` this one takes over from, None where there is none."""
    return max((other for other in family if _place(other) < _place(life)), key=_place, default=None)


def successor(life: TariffLife, family: Iterable[TariffLife]) -> TariffLife | None:
    """Which of the published versions in `family` takes over from this one, None where none does."""
    return min((other for other in family if _place(other) > _place(life)), key=_place, default=None)


def version_is_published(code: str, version: int) -> VersionIsPublished:
    """The refusal to change what bills may stand on."""
    return VersionIsPublished(
        f"tariff {code}@{version} is published with other content: bills may stand on it, so give the "
        f"changed document version {version + 1}",
        tariff=f"{code}@{version}",
    )


def _place(life: TariffLife) -> tuple[date, int]:
    """Of two versions the one with the greater place holds, once its day has come."""
    return life.effective_from, life.version


def _with(life: TariffLife, action: Action, actor: str, at: datetime, *, report: str = "") -> TariffLife:
    act = Act(action=action, actor=actor, at=at, fingerprint=life.fingerprint, report=report)
    return replace(life, history=(*life.history, act))


def _require_unpublished(life: TariffLife) -> None:
    if life.is_published:
        raise VersionIsPublished(
            f"{life.subject} is published: there is nothing left to decide", tariff=life.reference
        )


def _require_seen(life: TariffLife, seen: str) -> None:
    if not life.has_fingerprint(seen):
        raise DraftChanged(
            f"the draft of {life.subject} is {life.fingerprint[:12]} by {life.maker}, not {seen[:12]}: "
            f"look at it again ({life.review_command})",
            tariff=life.reference,
            fingerprint=life.fingerprint,
        )


def _require_second(life: TariffLife, actor: str) -> None:
    if actor in life.makers:
        which = "the draft" if actor == life.maker else "an earlier draft"
        raise MakerIsChecker(
            f"{actor} wrote {which} of {life.subject}: somebody who has written none must check it",
            tariff=life.reference,
            makers=sorted(life.makers),
        )
