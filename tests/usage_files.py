"""Usage for simulations: small files, two flat tariffs to compare, and figures worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.simulate_tariff import Proposal, Simulated, simulate_tariff
from tests.unit.domain.tariffs.builders import by, flat, service, version

METER_SIZE = Determinant(name="meter_size", kind=DeterminantKind.CHOICE, default="5/8")
NOW = version(service("10.00"), flat("2.00"), determinants=(METER_SIZE,))
PROPOSED = version(
    service(by("meter_size", {"5/8": "8.00", "1": "8.00"})),
    flat("2.50"),
    version=2,
    determinants=(METER_SIZE,),
)

# Thirty days each. Charged now 10.00 + 2.00 a ccf, then 8.00 + 2.50 a ccf:
# Same: 4 ccf twice, 36.00 → 36.00. Less: 2 ccf twice, 28.00 → 26.00. More: 10 ccf twice, 60.00 → 66.00.
YEAR = """\
account,agreement,class,tariff,from,to,usage,unit,meter_size
Same,S1,homes,R-1,2026-01-01,2026-01-31,4,ccf,5/8
Same,S1,homes,R-1,2026-01-31,2026-03-02,4,ccf,5/8
Less,L1,homes,R-1,2026-01-01,2026-01-31,2,ccf,5/8
Less,L1,homes,R-1,2026-01-31,2026-03-02,2,ccf,5/8
More,M1,shops,R-1,2026-01-01,2026-01-31,10,ccf,1
More,M1,shops,R-1,2026-01-31,2026-03-02,10,ccf,1
"""


def written(folder: Path, text: str = YEAR, name: str = "usage.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def simulated(
    file: Path,
    *,
    current: Sequence[TariffVersion] = (NOW,),
    proposed: Sequence[TariffVersion] = (PROPOSED,),
    unit: Unit | None = None,
    ignored: Sequence[str] = (),
    **changes: object,
) -> Simulated:
    proposal = Proposal(current=current, proposed=proposed, **changes)  # type: ignore[arg-type]
    return simulate_tariff(proposal, source=bootstrap.usage_source(str(file), unit=unit, ignored=ignored))
