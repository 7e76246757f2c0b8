"""`headgate average`: winter averages and other yearly figures, proposed, reviewed and frozen."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.averages.proposal import Override, ProposalId, Stage, overrides_by_agreement
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.usecases.propose_average import AverageDesk, open_proposal, stage_progress
from chalicelib.usecases.published_tariffs import published_tariffs
from chalicelib.usecases.review_average import (
    approve_proposal,
    decision_of,
    manifest_of,
    override_value,
    proposed_chunks,
    review_proposal,
    withdraw_override,
    withdraw_proposal,
)
from cli.average_view import (
    CSV_COLUMNS,
    print_frozen,
    print_proposals,
    print_review,
    proposal_document,
    review_document,
    write_rows,
)
from cli.average_work import freeze_all, propose_all
from cli.cloud.session import use_stack
from cli.desk import account_named, actor, day_of
from cli.output import JsonOption, err, out, print_json, progress_bar

app = typer.Typer(
    help="Winter averages and other yearly figures: propose, review, freeze.", no_args_is_help=True
)

_FLAGGED = 20  # values listed for a look

ProposalArgument = Annotated[
    str, typer.Argument(metavar="PROPOSAL", help="The proposal's id (`headgate average list`).")
]


class NowhereToWrite(Refusal):
    """The folder of a file that is to be written is not there."""


class WrongOverride(Refusal):
    """An override was asked for in a way that cannot be understood."""


@app.command()
def schema() -> None:
    """Print the JSON Schema of averaging rules, for editors that check as one types."""
    from chalicelib.tariff_documents.averages import json_schema

    print_json(json_schema())


@app.command()
def propose(
    rule: Annotated[Path, typer.Argument(help="An averaging rule (docs/winter-averages.md).")],
    year: Annotated[int, typer.Option(help="The year in which the averaged season ends.")],
    anew: Annotated[
        bool, typer.Option("--anew", help="Withdraw the proposal there is, or follow up a frozen one.")
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day at this desk. Default: today."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Figure every agreement's average for review, or go on with a proposal. Ctrl-C is safe."""
    from chalicelib.tariff_documents.averages import load_averaging_rule

    wanted = load_averaging_rule(rule)
    use_stack()
    desk = _desk()
    published = published_tariffs(bootstrap.artefact_store())
    proposal = open_proposal(
        desk,
        rule=wanted,
        year=year,
        today=day_of(on),
        tariffs=[bootstrap.read_tariff(one.canonical) for one in published],
        anew=anew,
    )
    if not proposal.manifest_sha256:
        try:
            proposal = propose_all(desk, proposal)
        except KeyboardInterrupt:
            err.print(
                "Interrupted; what is measured is kept. The same command without --anew goes on from here."
            )
            raise typer.Exit(130) from None
    _show(desk, proposal.proposal_id, flagged=_FLAGGED, as_json=as_json)


@app.command()
def show(
    proposal: ProposalArgument,
    flagged: Annotated[int, typer.Option(min=0, help="How many flagged values to list.")] = _FLAGGED,
    as_json: JsonOption = False,
) -> None:
    """Show a proposal: counts, how the values are spread, last year, what to look at, the hash to approve."""
    use_stack()
    _show(_desk(), ProposalId(proposal), flagged=flagged, as_json=as_json)


@app.command("list")
def list_proposals(as_json: JsonOption = False) -> None:
    """List all proposals, newest year first."""
    use_stack()
    found = bootstrap.average_proposals().proposals()
    if as_json:
        print_json([proposal_document(one) for one in found])
    else:
        print_proposals(found)


@app.command()
def export(
    proposal: ProposalArgument,
    to: Annotated[Path, typer.Option("--to", dir_okay=False, writable=True, help="The CSV file to write.")],
    as_json: JsonOption = False,
) -> None:
    """Write every proposed value with its derivation to a CSV file."""
    if not to.parent.is_dir():
        raise NowhereToWrite(f"{to.parent} is not a folder: make it first", folder=str(to.parent))
    use_stack()
    desk = _desk()
    found = desk.proposals.proposal(ProposalId(proposal))
    manifest = manifest_of(desk, found)
    overrides = overrides_by_agreement(decision_of(desk, found)[0].overrides)
    rows = 0
    with (
        to.open("w", encoding="utf-8", newline="") as file,
        progress_bar("Exporting", len(manifest.chunks), unit="shards") as bar,
    ):
        csv.writer(file, lineterminator="\n").writerow(CSV_COLUMNS)
        for chunk in proposed_chunks(desk, manifest):
            accounts = desk.registry.accounts_of_shard(chunk.shard)
            numbers = {one.account.account_id: one.account.number for one in accounts}
            rows += write_rows(file, chunk, overrides, numbers)
            bar.advance()
    if as_json:
        print_json({"file": str(to), "rows": rows})
    else:
        out.print(f"[bold]{to}[/]  {rows:,} rows")


@app.command()
def override(
    proposal: ProposalArgument,
    account: Annotated[str, typer.Argument(help="The account, by number or id.")],
    value: Annotated[str | None, typer.Option(help="The value it is to have.")] = None,
    exclude: Annotated[bool, typer.Option("--exclude", help="Leave the agreement out.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Let the proposed value stand again.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    agreement: Annotated[str | None, typer.Option(help="Which one, where the account has several.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Give one agreement another value than proposed, or leave it out. Approval is then of both together."""
    if [value is not None, exclude, withdraw].count(True) != 1:
        raise WrongOverride("give exactly one of --value, --exclude and --withdraw")
    use_stack()
    desk, proposal_id, account_id = _desk(), ProposalId(proposal), account_named(account)
    which = AgreementId(agreement) if agreement else None
    done: Override
    if withdraw:
        done = withdraw_override(desk, proposal_id, account_id=account_id, agreement_id=which)
    else:
        done = override_value(
            desk,
            proposal_id,
            account_id=account_id,
            agreement_id=which,
            value=None if value is None else _number(value),
            reason=reason,
        )
    if as_json:
        print_json({**_plain(done), "withdrawn": withdraw})
        return
    what = "left out" if done.value is None else f"{done.value:f}"
    proposed = "nothing" if done.proposed is None else f"{done.proposed:f}"
    out.print(
        f"{done.agreement_id}: "
        + (f"{proposed}, as proposed" if withdraw else f"{what} instead of {proposed}")
    )


@app.command()
def approve(
    proposal: ProposalArgument,
    sha256: Annotated[str, typer.Option(help="The hash that `show` gives: what you have looked at.")],
    as_json: JsonOption = False,
) -> None:
    """Approve exactly what was shown. Whoever proposed it, or changed a value, may not."""
    use_stack()
    approved = approve_proposal(_desk(), ProposalId(proposal), sha256=sha256)
    if as_json:
        print_json(proposal_document(approved))
    else:
        out.print(f"{proposal}  [green]approved[/]\nNow: [bold]headgate average freeze {proposal}[/]")


@app.command()
def withdraw(
    proposal: ProposalArgument,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")],
    as_json: JsonOption = False,
) -> None:
    """Give a proposal up that is not being frozen yet."""
    use_stack()
    withdrawn = withdraw_proposal(_desk(), ProposalId(proposal), reason=reason)
    if as_json:
        print_json(proposal_document(withdrawn))
    else:
        out.print(f"{proposal}  [dim]withdrawn[/]")


@app.command()
def freeze(proposal: ProposalArgument, as_json: JsonOption = False) -> None:
    """Write the approved values as determinants from the effective day on, each once. Ctrl-C is safe."""
    use_stack()
    desk = _desk()
    try:
        frozen = freeze_all(desk, desk.proposals.proposal(ProposalId(proposal)))
    except KeyboardInterrupt:
        err.print("Interrupted; what is frozen is kept. The same command again goes on from here.")
        raise typer.Exit(130) from None
    reports = stage_progress(desk, frozen.proposal_id, Stage.FREEZE).done
    not_frozen = [one for report in reports for one in report.not_frozen]
    if as_json:
        print_json({**proposal_document(frozen), "not_frozen": not_frozen})
    else:
        print_frozen(frozen, not_frozen)


def _desk() -> AverageDesk:
    return AverageDesk(
        registry=bootstrap.registry_store(),
        ledger=bootstrap.ledger_store(),
        proposals=bootstrap.average_proposals(),
        files=bootstrap.average_files(),
        actor=actor(),
        now=datetime.now(UTC),
    )


def _show(desk: AverageDesk, proposal_id: ProposalId, *, flagged: int, as_json: bool) -> None:
    review = review_proposal(desk, proposal_id, most_flagged=flagged)
    if as_json:
        print_json(review_document(review))
        return
    ids = {one.account_id for one in review.figures.flagged} | {one.account_id for one in review.failed}
    ids |= {one.account_id for one in review.decision.overrides}
    print_review(review, {one: desk.registry.account(one).account.number for one in ids})


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise WrongOverride(f"--value {text!r} is not a number: write digits such as 12") from None


def _plain(override: Override) -> dict[str, object]:
    return {
        "account_id": override.account_id,
        "agreement_id": override.agreement_id,
        "proposed": override.proposed,
        "value": override.value,
        "reason": override.reason,
        "decided_by": override.decided_by,
    }
