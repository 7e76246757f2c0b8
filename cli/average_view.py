"""Proposals of averages on the screen, as JSON documents, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from chalicelib.domain.averages.measure import said
from chalicelib.domain.averages.proposal import (
    NotFrozen,
    Override,
    Proposal,
    ProposalState,
    ProposedChunk,
    ProposedValue,
)
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.usecases.review_average import Review
from cli.output import out

CSV_COLUMNS = (
    "account",
    "agreement",
    "class",
    "value",
    "basis",
    "exact",
    "last_year",
    "bills",
    "flags",
    "override",
    "reason",
    "derivation",
)
_COLORS = {ProposalState.FROZEN: "green", ProposalState.WITHDRAWN: "dim"}
_SHOWN = 20


def print_proposals(proposals: Sequence[Proposal]) -> None:
    """The list of proposals."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    width = max((len(one.proposal_id) for one in proposals), default=0)
    table.add_column("Proposal", no_wrap=True, min_width=width)  # ids are copied: they are never cut short
    for title in ("Determinant", "From", "State"):
        table.add_column(title)
    table.add_column("Agreements", justify="right")
    for one in proposals:
        count = f"{one.tally.agreements:,}" if one.manifest_sha256 else ""
        table.add_row(one.proposal_id, one.rule.determinant, str(one.effective_on), _state(one), count)
    out.print(table if proposals else "Nothing is proposed.")


def print_proposal(proposal: Proposal) -> None:
    """Who a proposal is, and how far."""
    rule = proposal.rule
    out.print(
        f"\n[bold]{proposal.proposal_id}[/]  {escape(rule.name)}  {_state(proposal)}\n"
        f"{rule.determinant} from {proposal.effective_on} on, for {rule.service} agreements on "
        f"{', '.join(proposal.tariffs)}",
        soft_wrap=True,
    )
    people = f"opened by {proposal.opened_by}"
    if proposal.editors:
        people += f", changed by {', '.join(proposal.editors)}"
    if proposal.approved_by:
        people += f", approved by {proposal.approved_by}"
    out.print(f"[dim]{people}[/]", soft_wrap=True)


def print_review(review: Review, numbers: Mapping[AccountId, str]) -> None:
    """What a reviewer looks at: counts, spread, last year, what is odd, and the hash to approve."""
    proposal, tally = review.proposal, review.proposal.tally
    print_proposal(proposal)
    counts = [("agreements", tally.agreements), *((f"  {name}", n) for name, n in tally.bases.items())]
    counts += [("accounts that failed", tally.failed_accounts)] if tally.failed_accounts else []
    counts += [("overridden", proposal.overrides)] if proposal.overrides else []
    out.print(_facts([(name, f"{count:,}") for name, count in counts]))
    _print_figures(review)
    if tally.flags:
        out.print("To look at: " + ", ".join(f"{name} {count:,}" for name, count in tally.flags.items()))
        _print_flagged(review, numbers)
    for failed in review.failed:
        number = numbers.get(failed.account_id, failed.account_id)
        out.print(f"[red]failed[/] {number}: {escape(failed.reason)}", soft_wrap=True)
    for override in review.decision.overrides[:_SHOWN]:
        out.print(_told(override, numbers), soft_wrap=True)
    _print_next(review)


def print_frozen(proposal: Proposal, not_frozen: Sequence[NotFrozen]) -> None:
    """What became of the agreements."""
    print_proposal(proposal)
    tally = proposal.frozen
    out.print(
        _facts(
            [
                ("frozen", f"{tally.frozen:,}"),
                ("kept another value of that day", f"{tally.kept:,}"),
                ("left out", f"{tally.excluded:,}"),
                ("without a value", f"{tally.without_value:,}"),
                ("gone", f"{tally.gone:,}"),
                ("sum of what is frozen", said(tally.value_sum)),
            ]
        )
    )
    for one in not_frozen[:_SHOWN]:
        out.print(f"[yellow]{one.agreement_id}[/]  {escape(one.reason)}", soft_wrap=True)
    if len(not_frozen) > _SHOWN:
        out.print(f"[dim]and {len(not_frozen) - _SHOWN:,} more (--json lists all)[/]")


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """A proposal as one JSON document."""
    return {
        "proposal_id": proposal.proposal_id,
        "state": proposal.state.value,
        "rule": proposal.rule.code,
        "determinant": proposal.rule.determinant,
        "year": proposal.year,
        "effective_on": proposal.effective_on,
        "tariffs": list(proposal.tariffs),
        "opened_by": proposal.opened_by,
        "editors": list(proposal.editors),
        "approved_by": proposal.approved_by,
        "shards": proposal.shards,
        "tally": proposal.tally,
        "overrides": proposal.overrides,
        "manifest_sha256": proposal.manifest_sha256,
        "decision_sha256": proposal.decision_sha256,
        "frozen": proposal.frozen,
    }


def review_document(review: Review) -> dict[str, Any]:
    """A review as one JSON document."""
    figures = review.figures
    spread = figures.spread
    return {
        **proposal_document(review.proposal),
        "to_approve": review.decision_sha256,
        "classes": {
            name: {"count": one.count, "mean": str(one.mean), "median": str(one.median)}
            for name, one in review.manifest.classes.items()
        },
        "mean": str(spread.mean) if spread else None,
        "quantiles": {str(percent): value for percent, value in spread.quantiles} if spread else {},
        "against_last_year": figures.against_last_year,
        "flagged": [value_document(one) for one in figures.flagged],
        "failed": [{"account_id": one.account_id, "reason": one.reason} for one in review.failed],
        "overridden": [
            {"account_id": one.account_id, "agreement_id": one.agreement_id, "proposed": one.proposed,
             "value": one.value, "reason": one.reason, "decided_by": one.decided_by}
            for one in review.decision.overrides
        ],
    }  # fmt: skip


def value_document(value: ProposedValue) -> dict[str, Any]:
    """A proposed value as one JSON document."""
    return {
        "account_id": value.account_id,
        "agreement_id": value.agreement_id,
        "class": value.rate_class,
        "value": value.value,
        "basis": value.basis.value,
        "exact": None if value.exact is None else str(value.exact),
        "last_year": value.last_year,
        "bills": value.bills,
        "flags": [flag.value for flag in value.flags],
        "derivation": value.words,
    }


def write_rows(
    file: TextIO,
    chunk: ProposedChunk,
    overrides: Mapping[AgreementId, Override],
    numbers: Mapping[AccountId, str],
) -> int:
    """Write the rows of a shard, accounts by the utility's numbers; returns how many."""
    rows = csv.writer(file, lineterminator="\n")
    for one in chunk.values:
        override = overrides.get(one.agreement_id)
        changed = "" if override is None else "excluded" if override.value is None else override.value
        rows.writerow(
            [
                numbers.get(one.account_id, one.account_id),
                one.agreement_id,
                one.rate_class,
                "" if one.value is None else f"{one.value:f}",
                one.basis.value,
                "" if one.exact is None else str(one.exact),
                "" if one.last_year is None else f"{one.last_year:f}",
                one.bills,
                " ".join(flag.value for flag in one.flags),
                changed,
                override.reason if override else "",
                one.words,
            ]
        )
    for failed in chunk.failed:
        number = numbers.get(failed.account_id, failed.account_id)
        rows.writerow([number, "", "", "", "failed", "", "", "", "", "", "", failed.reason])
    return len(chunk.values)


def _print_figures(review: Review) -> None:
    spread, last = review.figures.spread, review.figures.against_last_year
    if spread is not None:
        quantiles = "  ".join(f"{percent}%: [bold]{said(value)}[/]" for percent, value in spread.quantiles)
        out.print(
            f"{quantiles}   mean {said(spread.mean, shown=True)} {review.proposal.rule.unit}", soft_wrap=True
        )
    if last.compared:
        out.print(
            f"Against last year ({last.compared:,}): {last.up:,} rise, {last.down:,} fall, {last.same:,} "
            f"stay; {said(last.sum_then)} then, {said(last.sum_now)} now"
        )


def _print_flagged(review: Review, numbers: Mapping[AccountId, str]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Account", no_wrap=True)
    table.add_column("Value", justify="right")
    table.add_column("Last year", justify="right")
    table.add_column("Look at, and how the value came about", overflow="fold")
    for one in review.figures.flagged:
        table.add_row(
            numbers.get(one.account_id, one.account_id),
            "–" if one.value is None else said(one.value),
            "" if one.last_year is None else said(one.last_year),
            f"{', '.join(one.flags)}\n[dim]{escape(one.words)}[/]",
        )
    out.print(table)


def _print_next(review: Review) -> None:
    proposal_id, state = review.proposal.proposal_id, review.proposal.state
    out.print(f"[dim]SHA-256 {review.decision_sha256}[/]", soft_wrap=True)
    commands = {
        ProposalState.PROPOSED: f"approve {proposal_id} --sha256 {review.decision_sha256}",
        ProposalState.APPROVED: f"freeze {proposal_id}",
        ProposalState.FREEZING: f"freeze {proposal_id}",
    }
    if state in commands:
        who = "A second person approves it: " if state is ProposalState.PROPOSED else ""
        out.print(f"{who}[bold]headgate average {commands[state]}[/]", soft_wrap=True)


def _told(override: Override, numbers: Mapping[AccountId, str]) -> str:
    number = numbers.get(override.account_id, override.account_id)
    proposed = "nothing" if override.proposed is None else said(override.proposed)
    decided = "left out" if override.value is None else f"{said(override.value)} instead of {proposed}"
    return (
        f"[yellow]overridden[/] {number} {override.agreement_id}: {decided} ({escape(override.reason)}, "
        f"{override.decided_by})"
    )


def _facts(rows: Sequence[tuple[str, str]]) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(justify="right")
    for row in rows:
        facts.add_row(*row)
    return facts


def _state(proposal: Proposal) -> str:
    return f"[{_COLORS.get(proposal.state, 'yellow')}]{proposal.state.value}[/]"
