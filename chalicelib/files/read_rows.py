"""The rows of a read file as incoming reads, by the word of a mapping document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row, RowRefused
from chalicelib.domain.metering.incoming_read import IncomingRead
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.delimited import read_delimited
from chalicelib.files.reads_mapping import ReadsMapping


def read_rows(path: Path, *, mapping: ReadsMapping) -> Iterator[IncomingRead | RejectedRow]:
    """Every row of a file (plain or .gz), in order, as a read or as rejected with line and reason.

    Raises HeaderRefused when a column that the mapping names is missing, and FileNotText.
    """
    rows = read_delimited(
        path,
        columns=Columns(required=mapping.columns, others_allowed=True),
        delimiter=mapping.delimiter,
        encoding=mapping.encoding,
        header=mapping.header,
    )
    for row in rows:
        if isinstance(row, RejectedRow):
            yield row
            continue
        try:
            yield _incoming(row, mapping)
        except RowRefused as refused:
            yield refused.rejected


def _incoming(row: Row, mapping: ReadsMapping) -> IncomingRead:
    taken_at, read_on = _instant(row, mapping)
    return IncomingRead(
        file=row.file,
        line=row.line,
        meter_number=row.text(mapping.meter.column),
        position=_position(row, mapping),
        taken_at=taken_at,
        read_on=read_on,
        value=_value(row, mapping),
        unit=mapping.value.unit,
        quality=_quality(row, mapping),
    )


def _position(row: Row, mapping: ReadsMapping) -> str:
    meter = mapping.meter
    word = row.cells.get(meter.register_column, "") if meter.register_column else ""
    return meter.registers.get(word, word) or meter.register_default


def _instant(row: Row, mapping: ReadsMapping) -> tuple[datetime, date]:
    """The instant in UTC and its local day.

    A local time that occurs twice when clocks go back is taken as the first of the two.
    """
    taken = mapping.taken_at
    text = row.text(taken.column)
    if taken.time_column:
        text = f"{text} {row.text(taken.time_column)}"
    for pattern in taken.formats:
        try:
            found = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        if not any(mark in pattern for mark in ("%H", "%I", "%X", "%c")):
            found = datetime.combine(found.date(), taken.at)
        local = found if found.tzinfo else found.replace(tzinfo=mapping.time_zone)
        return local.astimezone(UTC), local.astimezone(mapping.time_zone).date()
    raise row.refused(
        taken.column, f"{text!r} is not a date", f"the mapping expects {' or '.join(taken.formats)}"
    )


def _value(row: Row, mapping: ReadsMapping) -> Decimal:
    value = mapping.value
    text = row.text(value.column)
    if not value.scientific and "e" in text.lower():
        raise row.refused(
            value.column,
            f"{text!r} is in scientific notation",
            "allow it with `scientific: true` if it is exact",
        )
    if value.thousands_sign:
        row = Row(file=row.file, line=row.line, cells={value.column: _ungrouped(row, text, mapping)})
    number = row.decimal(value.column, decimal_sign=value.decimal_sign) * value.scale
    if number < 0:
        raise row.refused(value.column, f"{text!r} is negative", "a register shows no negative numbers")
    return number


def _ungrouped(row: Row, text: str, mapping: ReadsMapping) -> str:
    """`text` without thousands signs, which have to stand where they belong."""
    value = mapping.value
    whole, sign, fraction = text.partition(value.decimal_sign)
    first, *groups = whole.split(value.thousands_sign)
    if groups and not (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)):
        raise row.refused(value.column, f"{text!r} is not grouped by thousands", "correct the number")
    return f"{first}{''.join(groups)}{sign}{fraction}"


def _quality(row: Row, mapping: ReadsMapping) -> ReadQuality:
    if mapping.quality is None:
        return ReadQuality.ACTUAL
    word = row.cells.get(mapping.quality.column, "")
    try:
        return mapping.quality.words[word]
    except KeyError:
        known = ", ".join(map(repr, mapping.quality.words))
        raise row.refused(
            mapping.quality.column, f"{word!r} is no word for a quality", f"the mapping knows {known}"
        ) from None
