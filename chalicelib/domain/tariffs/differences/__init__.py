"""What differs between two versions of a tariff, in words."""

from __future__ import annotations

from chalicelib.domain.tariffs.differences.compare import differences
from chalicelib.domain.tariffs.differences.difference import Difference

__all__ = ["Difference", "differences"]
