"""Writes the town as the files that `headgate load` and `headgate reads import` take, in one pass."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TextIO

from chalicelib.domain.kernel.money import Money
from cli.demo.calendar import ROUTES, BillingYear
from cli.demo.customer import CURRENCY, Customer, Point, TakenRead
from cli.demo.riverbend import Riverbend

CYCLE = "C01"
_TOWN = {"city": "Riverbend", "region": "CA", "postal_code": "95000"}
_DRIVEN = frozenset(ROUTES[:2])  # read from a passing car; the last route is walked
_SHARED = ("meter_size", "dwelling_units", "parcel", "assistance", "tax_exempt", "winter_average")
_EVENTS = ("reconnected",)

Cells = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Files:
    """Where everything lies under `root`."""

    root: Path

    @property
    def registry(self) -> Path:
        """The folder for `headgate load`."""
        return self.root / "registry"

    @property
    def history(self) -> Path:
        """Reads of all months before the current one."""
        return self.root / "reads" / "history"

    @property
    def current(self) -> Path:
        """Reads of the current month."""
        return self.root / "reads" / "current"

    @property
    def complete(self) -> Path:
        """Exists once everything is written."""
        return self.root / "complete"


def write_files(town: Riverbend, files: Files, *, holidays: Mapping[date, str]) -> Iterator[Customer]:
    """Write everything; yields each customer when written, for progress bars."""
    for folder in (files.registry, files.history, files.current):
        folder.mkdir(parents=True, exist_ok=True)
    _write_calendar(town.year, files.registry, holidays)
    owing = owed_minor = 0
    with ExitStack() as stack:
        tables = {name: _Table(stack, files.registry / f"{name}.csv", columns) for name, columns in _REGISTRY}
        reads = {folder: _ReadFiles(stack, folder) for folder in (files.history, files.current)}
        for customer in town.customers():
            for name, row in _rows(customer):
                tables[name].write(row)
            for read in customer.reads:
                is_current = read.on >= town.year.read_day(town.year.current, customer.route)
                reads[files.current if is_current else files.history].write(read, customer.route)
            owing += any(customer.debts)
            owed_minor += sum(debt.amount_minor for debt in customer.debts)
            yield customer
    totals = {"reference": "FORMER-SYSTEM", "as_of": town.year.read_day(town.year.start), "accounts": owing}
    totals |= {"balance": _major(owed_minor), "deposits": "0.00", "currency": CURRENCY}
    _write(files.registry / "opening_totals.csv", [totals])
    files.complete.touch()


_REGISTRY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("persons", ("person", "name", "street", *_TOWN, "email", "phone", "language", "large_print")),
    ("premises", ("premise", "street", *_TOWN, "attribute:parcel", "attribute:kind")),
    ("service_points", ("service_point", "premise", "route", "sequence")),
    (
        "meters",
        (
            *("service_point", "meter", "register", "dials", "decimals", "unit", "multiplier"),
            *("installed_on", "install_value", "removed_on", "removal_value"),
        ),
    ),
    ("accounts", ("account", "person", "cycle", "opened", "currency", "delivery")),
    (
        "agreements",
        (
            *("account", "agreement", "service", "start", "from", "billed_until", "tariff", "service_point"),
            *(f"determinant:{name}" for name in (*_SHARED, *_EVENTS)),
        ),
    ),
    ("links", ("account", "agreement", "service_point", "role")),
    ("opening_balances", ("account", "kind", "amount", "due", "agreement", "charge_group")),
)


class _Table:
    """One CSV file with a header."""

    def __init__(self, stack: ExitStack, path: Path, columns: Sequence[str], *, delimiter: str = ",") -> None:
        text: TextIO = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._columns = columns
        self._writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, row: Cells) -> None:
        self._writer.writerow([row.get(column, "") for column in self._columns])


def _rows(customer: Customer) -> Iterator[tuple[str, Cells]]:
    """Every row of the registry's files about one customer."""
    owner = customer.owner
    postal = {"street": owner.mailing, **_TOWN} if owner.mailing else {}
    person = {"person": owner.number, "name": owner.name, "email": owner.email, "phone": owner.phone}
    preferences = {"language": owner.language, "large_print": "yes" if owner.large_print else ""}
    yield "persons", person | preferences | postal
    place = {"premise": customer.premise, "street": customer.street, **_TOWN}
    yield "premises", place | {"attribute:parcel": customer.parcel, "attribute:kind": customer.kind.value}
    for point in customer.points:
        at = {"service_point": point.number, "premise": customer.premise}
        yield "service_points", at | {"route": customer.route, "sequence": point.sequence}
        yield from (("meters", row) for row in _meters(point))
    account = {"account": customer.account, "person": owner.number, "cycle": CYCLE}
    delivery = "paperless" if owner.paperless else "paper"
    yield "accounts", account | {"opened": customer.opened_on, "currency": CURRENCY, "delivery": delivery}
    yield from _agreements(customer)
    yield from (("opening_balances", row) for row in _debts(customer))


def _meters(point: Point) -> Iterator[Cells]:
    for hung in point.hung:
        for position, dial in hung.dials.items():
            face = dial.face
            yield {
                "service_point": point.number,
                "meter": hung.meter,
                "register": position,
                "dials": face.dials,
                "decimals": face.decimals,
                "unit": face.unit.value,
                "multiplier": face.multiplier,
                "installed_on": hung.installed_on,
                "install_value": hung.install_values[position],
                "removed_on": hung.removed_on or "",
                "removal_value": hung.removal_values.get(position, ""),
            }


def _agreements(customer: Customer) -> Iterator[tuple[str, Cells]]:
    """Agreements; the one point of a simple one stands in its own row, several stand in links.csv."""
    for served in customer.services:
        is_simple = len(served.links) == 1
        row: dict[str, Any] = {
            "account": customer.account,
            "agreement": served.number,
            "service": served.service,
            "start": customer.opened_on,
            "billed_until": customer.billed_until or "",
            "tariff": served.tariff,
            "service_point": served.links[0][0] if is_simple else "",
        }
        yield "agreements", row | {f"determinant:{n}": value for n, value in served.determinants.items()}
        for day, event in served.events:
            again = {name: row[name] for name in ("account", "agreement", "service", "start")}
            yield "agreements", again | {"from": day, f"determinant:{event}": 1}
        if not is_simple:
            named = {"account": customer.account, "agreement": served.number}
            for point, role in served.links:
                yield "links", named | {"service_point": point, "role": role}


def _debts(customer: Customer) -> Iterator[Cells]:
    """What is owed, and what is to the customer's credit, when the former system stops."""
    for debt in customer.debts:
        yield {
            "account": customer.account,
            "kind": "charge" if debt.amount_minor > 0 else "credit",
            "amount": _major(abs(debt.amount_minor)),
            "due": debt.due_on if debt.amount_minor > 0 else "",
            "agreement": debt.agreement,
            "charge_group": debt.charge_group,
        }


def _major(amount_minor: int) -> str:
    return format(Money.of_minor(amount_minor, CURRENCY).amount, "f")


def _write_calendar(year: BillingYear, folder: Path, holidays: Mapping[date, str]) -> None:
    routes = [
        {"cycle": CYCLE, "route": route, "name": f"Route {number}", "position": number}
        for number, route in enumerate(ROUTES, 1)
    ]
    schedules = [
        {
            "cycle": CYCLE,
            "period": dates.period,
            "window_open": dates.window_open,
            "expected_read": dates.expected_read_on,
            "estimate_from": dates.estimate_from,
            "window_close": dates.window_close,
            "bill_date": dates.bill_date,
            "due": dates.due_on,
        }
        for dates in year.schedules()
    ]
    _write(folder / "cycles.csv", [{"cycle": CYCLE, "name": "Riverbend, monthly"}])
    _write(folder / "routes.csv", routes)
    _write(folder / "schedules.csv", schedules)
    _write(folder / "holidays.csv", [{"day": day, "name": holidays[day]} for day in sorted(holidays)])


def _write(path: Path, rows: Iterable[Cells]) -> None:
    rows = list(rows)
    with ExitStack() as stack:
        table = _Table(stack, path, list(rows[0]))
        for row in rows:
            table.write(row)


class _ReadFiles:
    """The two files of reads that Riverbend gets: from the car, and from the handheld of whoever walks."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._driven = _Table(stack, folder / "drive-by.csv", ("serial", "register", "timestamp", "reading"))
        columns = ("Meter", "Dial", "Date", "Time", "Reading", "Code")
        self._walked = _Table(stack, folder / "handheld.csv", columns, delimiter=";")

    def write(self, read: TakenRead, route: str) -> None:
        if route in _DRIVEN and not read.by_customer:
            # Afternoon in universal time is morning in Riverbend: the same day in both.
            instant = f"{read.on}T{_clock(read.meter, first=17)}Z"
            row = {"serial": read.meter, "register": read.position, "timestamp": instant}
            self._driven.write(row | {"reading": read.value})
        else:
            row = {"Meter": read.meter, "Dial": read.position, "Date": f"{read.on:%m/%d/%Y}"}
            code = "C" if read.by_customer else "R"
            self._walked.write(
                row | {"Time": _clock(read.meter, first=8), "Reading": read.value, "Code": code}
            )


def _clock(meter: str, *, first: int) -> str:
    """A time of day in the six hours from `first`, the same for a meter every month."""
    minute = int(meter.rstrip("X")) // 10 % 360
    return time(first + minute // 60, minute % 60).isoformat()
