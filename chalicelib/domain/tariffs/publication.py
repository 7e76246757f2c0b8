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
    def sha256(self) -> str:
        """The hash (hex) of all that the report says; another finding gives another hash."""
        told = [
            self.reference,
            self.fingerprint,
            *map(astuple, self.agreements),
            *map(astuple, self.segments),
        ]
        text = json.dumps(told, default=str, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
