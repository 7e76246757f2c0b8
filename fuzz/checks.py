"""What must hold of any document and any formula: a result or a clear refusal, soon, and nothing else."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import FrameType
from typing import Any

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.determinants import DeterminantKind, Values
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.expressions.compiled import compile_expression
from chalicelib.domain.tariffs.expressions.kinds import check_kinds
from chalicelib.domain.tariffs.expressions.syntax import to_text
from chalicelib.domain.tariffs.rating import Position, RatingRequest, TariffBook, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.expression_mistakes import InvalidExpression
from chalicelib.tariff_documents.expressions import parse_expression
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from fuzz.words import NAMES

MOST_SECONDS = 5
_LONG_AGO = date(1900, 1, 1)
_FILE = "fuzzed.yaml"


class Finding(Exception):
    """Something that must never be. Any other error that leaves a check is a finding, too."""


@contextmanager
def watched(seconds: int = MOST_SECONDS) -> Iterator[None]:
    """Raises Finding when what is inside takes longer than `seconds`. In the main thread only."""

    def bark(_signal: int, _frame: FrameType | None) -> None:
        raise Finding(f"takes longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, bark)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check_document(text: str) -> str:
    """Load `text`, and rate with it where it loads; what became of it in a word."""
    try:
        loaded = load_tariff(text, file=_FILE)
    except InvalidTariffDocument as refused:
        _require_told(refused, lines=len(text.splitlines()))
        return "refused"
    _require_canonical(loaded)
    book = compile_book([loaded.version, _successor(loaded.version)])
    rated = [_rate(book, request, loaded.version.currency) for request in _requests(loaded)]
    return "rated" if any(rated) else "loaded"


def check_formula(text: str) -> str:
    """Read `text` and compute it where it can be read; what became of it in a word."""
    try:
        expression = parse_expression(text)
    except InvalidExpression as refused:
        _require(1 <= refused.column <= len(text) + 1, f"column {refused.column} is not in the formula")
        _require(len(refused.message) > len("column 1: "), "a refusal without words")
        return "refused"
    canonical = to_text(expression)
    _require(parse_expression(canonical) == expression, f"{canonical} is read as something else")
    _require(to_text(parse_expression(canonical)) == canonical, f"{canonical} is not canonical")
    kind, misfits = check_kinds(expression, _DECLARED)
    if misfits:
        _require(all(1 <= misfit.column <= len(text) for misfit in misfits), f"columns of {misfits}")
        return "unfit"
    compute = compile_expression(expression)
    for values in _AGREEMENTS:
        try:
            compute(values)
        except Refusal as refusal:
            _require(refusal.code in ("DivisionByZero", "BeyondMeasure"), f"{refusal.code} after {kind}")
    return "computed"


_DECLARED = {name: kind for kind in DeterminantKind for name in NAMES.get(kind, ())}
_AGREEMENTS: tuple[Values, ...] = tuple(
    {
        "budget": Decimal(budget),
        "winter_average": Decimal(average),
        "baseline": Decimal(5),
        "dwelling_units": Decimal(units),
        "meter_size": size,
        "zone": "inside",
        "low_income": low_income,
        "tax_exempt": False,
    }
    for budget, average, units, size, low_income in (
        ("12.5", "7.333", 1, "5/8", True),
        ("0", "0", 4, "1.5", False),
        ("-1000000.001", "999999999999999999999999999999", 400, "2", True),
    )
)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Finding(otherwise)


def _require_told(refused: InvalidTariffDocument, *, lines: int) -> None:
    _require(bool(refused.problems), "a refusal without problems")
    for problem in refused.problems:
        _require(1 <= problem.line <= lines + 1, f"line {problem.line} of {lines}: {problem}")
        _require(problem.file == _FILE and bool(problem.message.strip()), f"nothing is said: {problem!r}")


def _require_canonical(loaded: LoadedTariff) -> None:
    """The canonical document is a document, and says the same."""
    again = load_tariff(loaded.canonical, file="canonical")
    _require(again.canonical == loaded.canonical, "the canonical document has another canonical form")
    _require(again.version == loaded.version, "the canonical document says something else")


def _successor(version: TariffVersion) -> TariffVersion:
    """The same rates once more, in force from the middle of the first request's period."""
    return replace(version, version=version.version + 1, effective_from=_middle(version))


def _middle(version: TariffVersion) -> date:
    start = max(version.effective_from, date(2026, 6, 1))
    return start + timedelta(days=15) if start < date(9000, 1, 1) else date.max


def _rate(book: TariffBook, request: RatingRequest, currency: str) -> bool:
    try:
        rating = book.rate(request)
    except Refusal as refusal:
        _require(bool(refusal.message.strip()), f"{refusal.code} says nothing")
        return False
    total = sum(line.amount_minor for line in rating.lines)
    _require(total == rating.total_minor, f"lines come to {total}, the bill to {rating.total_minor}")
    for line in rating.lines:
        _require(bool(explain_line(line, currency).strip()), f"nothing explains {line}")
    return True


def _requests(loaded: LoadedTariff) -> Iterator[RatingRequest]:
    """A handful of bills: usual, split, short, long, opening, closing, without and with much water."""
    version = loaded.version
    first = _middle(version) - timedelta(days=15)
    if first.year > 9000:
        return
    unit = version.usage.unit if version.usage else Unit.CCF
    tables = _keys(json.loads(loaded.canonical))
    bills = (
        (30, "7.5", unit, Position.REGULAR),
        (1, "0", unit, Position.OPENING),
        (4, "1000", Unit.US_GALLON, Position.OPENING),
        (61, "123456789.001", unit, Position.REGULAR),
        (20, "14", unit, Position.CLOSING),
        (366, "-3", Unit.CUBIC_METER, Position.REGULAR),
    )
    for number, (days, usage, measured, position) in enumerate(bills):
        period = Period(first, first + timedelta(days=days))
        determinants = {
            one.name: _history(one.kind, tables.get(one.name, ["1"]), number, change=period.start)
            for one in version.determinants
            if number or one.default is None
        }
        yield RatingRequest(
            tariff=Dated.since(_LONG_AGO, version.code),
            period=period,
            bill_date=period.end + timedelta(days=3),
            usage=Quantity.of(usage, measured) if number != 1 or version.usage else None,
            determinants=determinants,
            position=position,
            scheduled_days=30 if number % 2 else None,
        )


def _history(kind: DeterminantKind, keys: list[str], number: int, *, change: date) -> Dated[Decimal | str]:
    known: dict[str, list[Decimal | str]] = {
        "choice": [*keys],
        "count": [Decimal(1), "3", Decimal(12)],
        "number": ["8", Decimal("12.345"), "0", "1000000"],
        "flag": ["yes", "no"],
        "event": [Decimal(1), "250.75"],
    }
    values = known.get(kind, ["1"])
    history = Dated.since(_LONG_AGO, values[number % len(values)])
    if number % 3 == 0:
        history = history.with_entry(change + timedelta(days=7), values[(number + 1) % len(values)])
    return history


def _keys(value: Any) -> dict[str, list[str]]:
    """The keys that tables anywhere in a document have for each determinant."""
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        if isinstance(value.get("by"), list) and isinstance(value.get("values"), dict):
            level = [value["values"]]
            for name in value["by"]:
                found.setdefault(name, []).extend(key for table in level for key in table)
                level = [inner for table in level for inner in table.values() if isinstance(inner, dict)]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            for name, keys in _keys(inner).items():
                found.setdefault(name, []).extend(keys)
    return found
