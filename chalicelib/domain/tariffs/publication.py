"""What publishing a version would do to agreements and to bills: what a second person signs off."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property

from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.readiness import UnreadyAgreement


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentToCorrect:
    """Charges that stand on a replaced version on days that another one takes over.

    `posted_minor` is what they are, `rerated_minor` what they would be on the same reads and facts; None
    where that cannot be said, and `obstacle` then tells why. `is_same`: every GL account, fund and charge
    group gets the same, so that there is nothing to correct. `tariffs` are the versions the lines cite.
    """

    account_id: AccountId
    bill_id: BillId
    bill_number: str
    agreement_id: AgreementId
    period: Period
    tariffs: tuple[str, ...]
    currency: str
    posted_minor: int
    rerated_minor: int | None
    is_same: bool = False
    obstacle: str = ""

    @property
    def difference_minor(self) -> int | None:
        """What the customer would be charged more (less, where negative)."""
        return None if self.rerated_minor is None else self.rerated_minor - self.posted_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How many findings are new since a report was signed off; `charges` are services of bills."""

    agreements: int
    charges: int
    is_other_version: bool

    def __bool__(self) -> bool:
        return bool(self.agreements or self.charges or self.is_other_version)

    def __str__(self) -> str:
        return f"new are {self.agreements} agreements left unbilled, {self.charges} charges to be corrected"


@dataclass(frozen=True, kw_only=True)
class PublicationReport:
    """Everything that publishing the document of `fingerprint` as `reference` would leave to be mended.

    `segments` are to be canceled and billed again; `unchanged` counts those that would come out the same.
    """

    reference: str
    fingerprint: str
    agreements: tuple[UnreadyAgreement, ...] = ()
    segments: tuple[SegmentToCorrect, ...] = ()
    unchanged: int = 0

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing to be mended, and so nothing to be signed off."""
        return not self.agreements and not self.segments

    @property
    def bill_count(self) -> int:
        """How many bills would have to be corrected."""
        return len({(segment.account_id, segment.bill_id) for segment in self.segments})

    @property
    def net_minor(self) -> Mapping[str, int]:
        """By currency, what all corrections would come to, as far as it can be said."""
        net: Counter[str] = Counter()
        for segment in self.segments:
            net[segment.currency] += segment.difference_minor or 0
        return dict(net)

    @cached_property
    def text(self) -> str:
        """All that the report says, a JSON line for the version and one for each finding."""
        told = [
            ("version", self.reference, self.fingerprint),
            *(("agreement", *astuple(one)) for one in self.agreements),
            *(("bill", *astuple(one)) for one in self.segments),
        ]
        return "".join(f"{_line(one)}\n" for one in told)

    @cached_property
    def sha256(self) -> str:
        """The hash (hex) of the text; another finding gives another hash."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def news_since(self, signed: str) -> News:
        """What the report has that the text of an earlier one did not have, to the letter."""
        known = set(signed.splitlines())
        new = Counter(json.loads(line)[0] for line in self.text.splitlines() if line not in known)
        return News(agreements=new["agreement"], charges=new["bill"], is_other_version=bool(new["version"]))


def _line(told: tuple[object, ...]) -> str:
    return json.dumps(told, default=str, ensure_ascii=False, separators=(",", ":"))
