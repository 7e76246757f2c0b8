"""What a validation rule is given, and what it may find."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.metering.plausibility import PlausibilityLimits
from chalicelib.domain.premises.service_point import RegisterFace


class Severity(StrEnum):
    """What a finding means for the bill."""

    EXCEPT = "except"  # the account is not billed until somebody has looked
    NOTE = "note"  # it is billed and shown


@dataclass(frozen=True, slots=True, kw_only=True)
class VeeException:
    """What a rule found about one register's usage. `code` is stable, `message` is for people."""

    code: str
    severity: Severity
    register_id: RegisterId
    message: str
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageToValidate:
    """One register's usage between two reads, beside what is usual.

    `dials_used` and `usual_dials` are dial units over the days between the reads (None: no history);
    `estimates_before` counts the bills before this one that were closed by an estimate, without a break.
    """

    read: BilledRead
    face: RegisterFace
    dials_used: Decimal
    usual_dials: Fraction | None
    estimates_before: int

    @property
    def water(self) -> Quantity:
        """The usage, whatever the link's role and share."""
        return Quantity.of(self.dials_used * self.face.multiplier, self.face.unit)

    @property
    def usual_water(self) -> Quantity | None:
        """What is usual over these days."""
        if self.usual_dials is None:
            return None
        return Quantity(self.usual_dials * Fraction(self.face.multiplier), self.face.unit)


class VeeRule(Protocol):
    """One rule: a pure function of a usage and the limits."""

    def __call__(self, usage: UsageToValidate, limits: PlausibilityLimits, /) -> VeeException | None:
        """What is wrong with `usage`, or None."""
