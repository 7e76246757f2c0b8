"""Which field of a customer class a name means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from enum import StrEnum

from chalicelib.tariff_documents.owrs.file import Content, RateClass, Text

COMMODITY, DROUGHT = "_commodity", "_drought"
BILL, COMMODITY_CHARGE, DROUGHT_CHARGE = "bill", "commodity_charge", "variable_drought_surcharge"
USAGE = "usage_ccf"
"""The input that has the usage, in the billing units of the file, whatever these are."""


class Stage(StrEnum):
    """Which of a class's tables are in force."""

    MAIN = "main"
    DROUGHT = "drought"


class Names:
    """The fields of a class under every name they answer to.

    X_commodity stands for X where X is absent, and the reverse. Where nothing is called so, a name that
    differs in case alone is meant, if only one does. In a drought X_drought comes before X, the drought's
    charge is the commodity charge, and the bill is nothing else.
    """

    def __init__(self, rate_class: RateClass, stage: Stage = Stage.MAIN) -> None:
        self._fields: Mapping[str, Content] = rate_class.fields
        self._stage = stage
        folded: dict[str, str | None] = {}
        for name in self._fields:
            folded[name.lower()] = None if name.lower() in folded else name
        self._folded = folded
        if stage is Stage.DROUGHT:
            self._fields = {**self._fields, **self._drought()}

    @property
    def all(self) -> Mapping[str, Content]:
        """Every field, under its own name."""
        return self._fields

    def of_a_drought(self) -> Names:
        """What names mean in a charge of a drought: X_drought before X; the bill and its charges stay."""
        names = copy(self)
        names._stage = Stage.DROUGHT
        return names

    def field(self, name: str) -> str | None:
        """The field that `name` means; None where there is none."""
        spellings = list(self._spellings(name))
        for spelling in spellings:
            if spelling in self._fields:
                return spelling
        for spelling in spellings:
            meant = self._folded.get(spelling.lower())
            if meant is not None:
                return meant
        return None

    def table(self, charge: str, table: str) -> str | None:
        """The field that has the `table` (tier_starts, tier_prices) of `charge`; None where there is none."""
        fields = map(self.field, tables_of(charge, table))
        return next((field for field in fields if field is not None), None)

    def other_spelling(self, name: str) -> str:
        """X for X_commodity and X_commodity for X."""
        return name.removesuffix(COMMODITY) if name.endswith(COMMODITY) else name + COMMODITY

    def _spellings(self, name: str) -> Iterator[str]:
        if self._stage is Stage.DROUGHT:
            yield name + DROUGHT
        yield name
        yield self.other_spelling(name)

    def _drought(self) -> dict[str, Content]:
        charge = self._fields.get(self._folded.get(DROUGHT_CHARGE) or "")
        if charge is None and "tier_starts_drought" in self._fields:
            charge = Text("Tiered", self._fields["tier_starts_drought"].at)
        if charge is None:
            return {}
        return {COMMODITY_CHARGE: charge, BILL: Text(COMMODITY_CHARGE, charge.at)}


def component(charge: str) -> str:
    """What `charge` is the charge of: `drought` of variable_drought_surcharge."""
    name = charge.removeprefix("variable_").removeprefix("fixed_")
    return name.removesuffix("_surcharge").removesuffix("_charge")


def budget_of(charge: str, names: Names) -> str:
    """The name of the budget that percentages of `charge` are of."""
    named = (name for name in tables_of(charge, "budget") if names.field(name) is not None)
    return next(named, "budget")


def tables_of(charge: str, table: str) -> tuple[str, ...]:
    """The names under which `charge` may have its `table` (tier_starts, tier_prices, budget), best first."""
    part = component(charge)
    if charge == COMMODITY_CHARGE:
        return (table,)
    return (f"{table}_{part}", f"{part}_{table}", table)
