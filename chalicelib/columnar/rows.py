"""A year of usage as columns: one row for each period that an agreement was billed for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.kernel.quantity import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRows:
    """Rows as columns of one length.

    `agreement` and `tariff` are texts; `start` and `end` days, half-open; `usage` counts `unit` in whole
    `10 ** -places`; `determinants` are texts by name, "" where a row has none. `metered` is false where there
    is no usage at all (None: nowhere).
    """

    agreement: NDArray[np.str_]
    tariff: NDArray[np.str_]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    usage: NDArray[np.int64]
    places: int
    unit: Unit
    determinants: Mapping[str, NDArray[np.str_]]
    metered: NDArray[np.bool_] | None = None
