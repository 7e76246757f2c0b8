"""Tariff versions on the screen: states, history, differences, reports; as JSON documents and as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from chalicelib.domain.tariffs.differences import Difference, differences
from chalicelib.domain.tariffs.differences.difference import ABSENT
from chalicelib.domain.tariffs.lifecycle import TariffState
from chalicelib.domain.tariffs.publication import PublicationReport, SegmentToCorrect
from chalicelib.domain.tariffs.readiness import UnreadyAgreement
from chalicelib.usecases.list_tariffs import TariffOnShow, TariffStanding
from cli.desk import money
from cli.output import out

_COLORS = {
    TariffState.DRAFT: "yellow",
    TariffState.REVIEWED: "cyan",
    TariffState.PUBLISHED: "green",
    TariffState.SUPERSEDED: "dim",
}
_MOST_SHOWN = 20
_NOTHING_YET = '{"charges": [], "format": 1}'


def differences_between(before: str | None, after: str) -> tuple[Difference, ...]:
    """What differs between two canonical documents; everything is new where there is none before."""
    return differences(json.loads(before or _NOTHING_YET), json.loads(after))


def difference_documents(found: Iterable[Difference]) -> list[dict[str, Any]]:
    """Differences for programs. What stands in only one version lacks `before` or `after`."""
    return [
        {
            "where": one.where,
            "words": one.words,
            **{
                key: value
                for key, value in (("before", one.before), ("after", one.after))
                if value is not ABSENT
            },
        }
        for one in found
    ]


def print_differences(found: Sequence[Difference], *, before: str | None) -> None:
    """Differences, one a line."""
    if not found:
        out.print(f"It says the same as {before}.")
        return
    out.print(f"\n[bold]Against {before}[/]" if before else "\nThere is no version before it.")
    for one in found:
        out.print(f"  {escape(one.words)}", soft_wrap=True)


def print_standings(standings: Iterable[TariffStanding]) -> None:
    """The list of versions."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("Tariff", "State", "From", "Drafted by", "Reviewed by"):
        table.add_column(name, no_wrap=name in {"Tariff", "From"}, overflow="fold")
    for standing in standings:
        life = standing.life
        table.add_row(
            life.reference,
            _state(standing),
            str(life.effective_from),
            life.maker,
            ", ".join(life.reviewers),
        )
    out.print(table)


def print_standing(shown: TariffOnShow) -> None:
    """One version: its state and its history."""
    standing = shown.standing
    life = standing.life
    out.print(f"[bold]{life.reference}[/]  {_state(standing)}  in force from {life.effective_from}")
    for act in life.history:
        report = f"  report {act.report[:12]}" if act.report else ""
        when = f"{act.at:%Y-%m-%d %H:%M}" if act.actor else "before reviews were kept"
        out.print(f"  {when}  {act.action:<10}  {act.actor}  [dim]{act.fingerprint[:12]}{report}[/]")


def standing_document(standing: TariffStanding) -> dict[str, Any]:
    """A version's state for programs."""
    life = standing.life
    return {
        "state": standing.state,
        "effective_from": life.effective_from,
        "fingerprint": life.fingerprint,
        "maker": life.maker,
        "reviewers": life.reviewers,
        "interrupted": standing.is_interrupted,
    }


def print_report(report: PublicationReport) -> None:
    """A report: the first findings of each kind, and what they come to."""
    if report.is_clear:
        out.print(f"Publishing {report.reference} leaves nothing to be mended.")
    else:
        out.print(f"[bold]{report.reference}[/]  report [bold]{report.sha256[:12]}[/]")
    if report.agreements:
        out.print(f"\n{len(report.agreements):,} times an agreement could not be billed:")
        table = Table("Account", "Agreement", "Since", "Determinant", "Why", box=SIMPLE_HEAD)
        for one in report.agreements[:_MOST_SHOWN]:
            table.add_row(
                *(one.account_id, one.agreement_id, str(one.since), one.determinant, escape(one.message))
            )
        out.print(table)
        _say_more(len(report.agreements), "--agreements FILE.csv")
    if report.segments:
        out.print(f"\n{report.bill_count:,} bills stand on days it takes over, and would be others:")
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for name in ("Bill", "Period", "Posted", "Anew", "Difference"):
            table.add_column(name, no_wrap=name in {"Bill", "Period"})
        for segment in report.segments[:_MOST_SHOWN]:
            table.add_row(*_row(segment))
        out.print(table)
        _say_more(len(report.segments), "--bills FILE.csv")
        for currency, net in report.net_minor.items():
            out.print(f"All in all {money(net, currency)}, as far as they can be made again.")
    if report.unchanged:
        more = f"{report.unchanged:,} more charge{'' if report.unchanged == 1 else 's'}"
        out.print(f"{more} on such days would come out the same.")


def report_document(report: PublicationReport) -> dict[str, Any]:
    """A report for programs."""
    return {
        "tariff": report.reference,
        "fingerprint": report.fingerprint,
        "report": report.sha256,
        "clear": report.is_clear,
        "agreements": report.agreements,
        "bills": report.bill_count,
        "net_minor": report.net_minor,
        "unchanged": report.unchanged,
        "segments": [_segment(one) for one in report.segments],
    }


def write_agreements(found: Iterable[UnreadyAgreement], file: Path) -> None:
    """The agreements that could not be billed, as CSV."""
    names = ("account_id", "agreement_id", "determinant", "lack", "since", "message")
    _write(file, names, ([getattr(one, name) for name in names] for one in found))


def write_bills(found: Iterable[SegmentToCorrect], file: Path) -> None:
    """The charges that would have to be corrected, as CSV. Amounts are in minor units."""
    rows = [_segment(one) for one in found]
    names = (
        *("account_id", "bill_number", "bill_id", "agreement_id", "from", "to", "tariffs", "currency"),
        *("posted_minor", "rerated_minor", "difference_minor", "obstacle"),
    )
    _write(file, names, ([_cell(row[name]) for name in names] for row in rows))


def _segment(one: SegmentToCorrect) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "bill_number": one.bill_number,
        "bill_id": one.bill_id,
        "agreement_id": one.agreement_id,
        "from": one.period.start,
        "to": one.period.end,
        "tariffs": list(one.tariffs),
        "currency": one.currency,
        "posted_minor": one.posted_minor,
        "rerated_minor": one.rerated_minor,
        "difference_minor": one.difference_minor,
        "obstacle": one.obstacle,
    }


def _row(one: SegmentToCorrect) -> tuple[str, ...]:
    if one.rerated_minor is None or one.difference_minor is None:
        again, difference = escape(one.obstacle), ""
    else:
        again = money(one.rerated_minor, one.currency)
        difference = money(one.difference_minor, one.currency)
    posted = money(one.posted_minor, one.currency)
    return one.bill_number, str(one.period), posted, again, difference


def _state(standing: TariffStanding) -> str:
    words = f"[{_COLORS[standing.state]}]{standing.state}[/]"
    return f"{words} [red]not in use yet: publish it again[/]" if standing.is_interrupted else words


def _say_more(count: int, option: str) -> None:
    if count > _MOST_SHOWN:
        out.print(f"… and {count - _MOST_SHOWN:,} more: {option} writes all of them.")


def _write(file: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(names)
        writer.writerows(rows)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value
