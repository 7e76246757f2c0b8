"""Load the registry from a folder of CSV files (docs/loading.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rows import Columns, RowReport
from chalicelib.usecases.ports.files import RowSource
from chalicelib.usecases.ports.identity import Pseudonyms, Sealing
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.registry_load.accounts import load_accounts
from chalicelib.usecases.registry_load.cycles import (
    count_by_cycle,
    load_calendar,
    load_cycles,
    load_routes,
    load_schedules,
)
from chalicelib.usecases.registry_load.intake import Intake, LoadJob, Progress
from chalicelib.usecases.registry_load.known import Known
from chalicelib.usecases.registry_load.opening_balances import load_opening_balances
from chalicelib.usecases.registry_load.people import load_persons
from chalicelib.usecases.registry_load.places import load_premises, load_service_points
from chalicelib.usecases.registry_rows.account_rows import ACCOUNTS, AGREEMENTS, LINKS
from chalicelib.usecases.registry_rows.cycle_rows import CYCLES, HOLIDAYS, ROUTES, SCHEDULES
from chalicelib.usecases.registry_rows.opening_rows import BALANCES, TOTALS
from chalicelib.usecases.registry_rows.person_rows import PERSONS
from chalicelib.usecases.registry_rows.place_rows import METERS, PREMISES, SERVICE_POINTS

FILES: Final[dict[str, Columns]] = {
    "cycles.csv": CYCLES,
    "routes.csv": ROUTES,
    "holidays.csv": HOLIDAYS,
    "schedules.csv": SCHEDULES,
    "premises.csv": PREMISES,
    "service_points.csv": SERVICE_POINTS,
    "meters.csv": METERS,
    "persons.csv": PERSONS,
    "accounts.csv": ACCOUNTS,
    "agreements.csv": AGREEMENTS,
    "links.csv": LINKS,
    "opening_totals.csv": TOTALS,
    "opening_balances.csv": BALANCES,
}
"""Every file a folder may hold, in the order in which they are loaded."""


class NothingToLoad(Refusal):
    """A folder has none of the files that can be loaded."""


class UnknownFiles(Refusal):
    """A folder has CSV files that nobody would read: perhaps their names are misspelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadServices:
    """What a load works with."""

    registry: RegistryStore
    sealing: Sealing
    pseudonyms: Pseudonyms
    desk: Desk


def load_registry(
    source: RowSource, *, job: LoadJob, services: LoadServices, progress: Progress = lambda *_: None
) -> RowReport:
    """Load every file of the folder; each row is accepted (added, updated, unchanged) or reported.

    Safe to repeat and to go on with after an interruption: what is stored is told from what is new. With
    `job.dry_run` nothing is stored. Things are stored in the order of what refers to what, each one whole
    with its audit entry. Raises NothingToLoad, UnknownFiles and HeaderRefused before anything is stored,
    FileNotText and OpeningTotalsMissing when a file turns out so, StorageBusy when the database does.
    """
    _check_files(source)
    intake = Intake(source=source, registry=services.registry, job=job, progress=progress)
    known = Known(services.registry)
    names = services.pseudonyms
    accounts_by_cycle = count_by_cycle(source.rows("accounts.csv", ACCOUNTS))
    load_cycles(intake, known, accounts_by_cycle=accounts_by_cycle)
    load_routes(intake, known)
    load_schedules(intake, known, calendar=load_calendar(intake))
    load_premises(intake, known)
    load_service_points(intake, known)
    load_persons(intake, known, sealing=services.sealing, names=names)
    load_accounts(intake, known, names=names)
    load_opening_balances(intake, known, names=names, desk=services.desk)
    return intake.report


def _check_files(source: RowSource) -> None:
    """Look at names and headers first: a slip there should not show after half of the load."""
    names = source.names()
    unknown = [name for name in names if name not in FILES]
    if unknown:
        raise UnknownFiles(
            f"{', '.join(unknown)}: not a file of the registry; rename or remove it "
            f"(there are {', '.join(FILES)})",
            files=unknown,
        )
    if not names:
        raise NothingToLoad(f"the folder has no CSV file: it may hold {', '.join(FILES)}")
    for name in names:
        next(iter(source.rows(name, FILES[name])), None)
