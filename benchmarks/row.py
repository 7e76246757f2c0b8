"""One measured figure beside its target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`met` is None where a figure is only told, not judged. `target` is text, such as "≥ 50,000"."""

    name: str
    figure: float
    unit: str
    target: str = ""
    met: bool | None = None
