"""The demo from an empty folder to a verified ledger. Every step is safe to repeat: run again to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.domain.billing.run import BillRun
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.kernel.rows import RejectedRow, RowOutcome
from chalicelib.files.utility_profile import load_utility_profile
from chalicelib.usecases.publish_utility_profile import publish_utility_profile
from cli.billrun_view import follow
from cli.cloud.home import PROJECT, Home
from cli.cloud.session import LOCAL, stage_wanted, use_stack
from cli.cloud.up import bring_up
from cli.commands.ledger import verified
from cli.demo.calendar import BillingYear
from cli.demo.conditions import declare_conditions
from cli.demo.findings import Hint, bill_worth_a_look, hints_of, summary_of
from cli.demo.folder import CYCLE, Files, write_files
from cli.demo.holidays import business_calendar, holidays_of
from cli.demo.months import (
    accounts_by_number,
    bill_month,
    close_books,
    has_begun,
    pay_month,
    quietly,
    runs_of,
)
from cli.demo.payers import Payers
from cli.demo.rates import publish_rates
from cli.demo.riverbend import Riverbend
from cli.demo.sample import make_sample
from cli.demo.stages import Stages
from cli.demo.summary import Summary
from cli.demo.town import Town
from cli.desk import actor, money
from cli.loading import import_read_file, load_folder
from cli.output import err, progress_bar, steps

SAMPLES = PROJECT / "samples" / "riverbend"


class DemoIsLocal(Refusal):
    """The demo was about to put invented customers into a real stack."""


class DemoRowsRefused(Refusal):
    """Rows of the generated files were refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One demo in one home, for one town."""

    home: Home
    town: Town
    stages: Stages

    def start_cloud(self) -> str:
        """Bring the local cloud up and turn this process to it; returns the API's address.

        Raises DemoIsLocal.
        """
        if stage_wanted() != LOCAL:
            raise DemoIsLocal(
                f"HEADGATE_STAGE is {stage_wanted()}: the demo invents customers, and lives on the local "
                "cloud only; unset it",
                stage=stage_wanted(),
            )
        with self.stages.lap("cloud"), steps("Starting") as say:
            cloud = bring_up(self.home, say=say)
            use_stack()
        if cloud.recovered:
            err.print(
                "The local cloud was not stopped with `headgate down` last time: it starts from what was "
                "saved then, and the demo goes on from there."
            )
        self.stages.done("cloud", cloud.api_url)
        return cloud.api_url

    def run(self) -> None:
        """Everything from writing the town's files to the bills of the current month."""
        year, holidays = self._year()
        if not has_begun(year.history[0]):
            self._write(year, holidays)
            self._load(year)
            self._publish()
            self._read(self._files.history, "reads", "thirteen months")
        else:
            err.print("[green]✓[/] The town was loaded before.")
        self._live_through(year)
        if not runs_of(year.current):
            self._read(self._files.current, "new reads", f"{year.current}")
        self._bill_now(year)

    def findings(self, *, stays_up: bool, api_url: str) -> tuple[Summary, list[Hint]]:
        """What came of it all, and what to look at; whether the cloud stays up decides where that begins."""
        year, _ = self._year()
        with self.stages.lap("verify"):
            found = verified()
        self.stages.done(
            "verify",
            f"{len(found.violations)} violations in {found.transactions:,} transactions"
            if found.violations
            else f"{found.transactions:,} transactions, every invariant holds",
        )
        bill = bill_worth_a_look(year)
        with self.stages.lap("sample"), steps("Making a bill that people hold"):
            sample = make_sample(bill.account_id, bill.bill_id, folder=self._files.root, api_url=api_url)
        self.stages.done("sample", f"{sample.pdf}")
        with self.stages.lap("summary"), steps("Adding up"):
            summary = summary_of(self.town, year, found=found)
            summary.sample = sample
            return summary, hints_of(year, sample=sample, is_up=stays_up)

    @property
    def _files(self) -> Files:
        return Files(self.home.path / "riverbend")

    def _year(self) -> tuple[BillingYear, dict[date, str]]:
        years = range(self.town.as_of.year - 2, self.town.as_of.year + 2)
        holidays = holidays_of(SAMPLES / "jurisdiction.yaml", years=years)
        return BillingYear(self.town.as_of, business_calendar(holidays)), holidays

    def _write(self, year: BillingYear, holidays: dict[date, str]) -> None:
        files = self._files
        if files.complete.exists():
            err.print(f"[green]✓[/] The town's files were written before: {files.root}", soft_wrap=True)
            return
        town = Riverbend(seed=self.town.seed, accounts=self.town.accounts, year=year)
        with self.stages.lap("town"), progress_bar("Inventing", town.accounts, unit="accounts") as bar:
            for _ in write_files(town, files, holidays=holidays):
                bar.advance()
        self.stages.done("town", f"{town.accounts:,} customers in {files.root}")

    def _load(self, year: BillingYear) -> None:
        with self.stages.lap("registry"):
            _, report = load_folder(self._files.registry, today=year.read_day(year.start))
        _require_all(report.rejected)
        there = report.count(RowOutcome.UNCHANGED)
        self.stages.done(
            "registry", f"{report.row_count:,} rows" + (f", {there:,} there before" if there > 1 else "")
        )

    def _publish(self) -> None:
        with self.stages.lap("tariffs"):
            published = publish_rates(sorted((SAMPLES / "tariffs").glob("*.yaml")))
            conditions = declare_conditions(SAMPLES / "conditions")
            publish_utility_profile(
                load_utility_profile(SAMPLES / "utility.yaml"),
                actor=actor(),
                now=datetime.now(UTC),
                registry=bootstrap.registry_store(),
            )
        told = f"{published} versions, {conditions} conditions, the utility's profile"
        self.stages.done("tariffs", told)

    def _read(self, folder: Path, stage: str, told: str) -> None:
        recorded = there = 0
        with self.stages.lap(stage):
            for file in sorted(folder.glob("*.csv")):
                report = import_read_file(file, mapping_file=SAMPLES / f"{file.stem}.yaml")
                _require_all(report.rejected)
                recorded += report.recorded
                there += report.duplicate
        self.stages.done(stage, f"{recorded:,} of {told}" + (f", {there:,} there before" if there else ""))

    def _live_through(self, year: BillingYear) -> None:
        """Month by month: bill, take payments, close the books that are past. Goes on where it stopped."""
        billed: list[BillRun] = []
        payments = books = before = 0
        accounts = accounts_by_number()
        with progress_bar("Twelve months", len(year.history) * self.town.accounts, unit="bills") as bar:
            for number, month in enumerate(year.history):
                bar.update(title=f"Billing {month}", done=number * self.town.accounts)
                if has_begun(month.plus(1)):
                    before += 1
                    continue
                if not runs_of(month):
                    watch = quietly(bar, before=number * self.town.accounts)
                    with self.stages.lap("history"):
                        billed.append(bill_month(month, today=self._bill_date(month), watch=watch))
                    if not err.is_terminal:  # where no bar is drawn
                        err.print(f"[dim]  {month}: {billed[-1].tally.billed:,} bills[/]")
                with self.stages.lap("payments"):
                    payments += pay_month(
                        Payers(seed=self.town.seed),
                        month,
                        accounts=accounts,
                        bill_date=self._bill_date(month),
                        as_of=self.town.as_of,
                    )
                with self.stages.lap("books"):
                    books += close_books(self._past(month.plus(1), year), as_of=self.town.as_of)
            bar.update(done=len(year.history) * self.town.accounts)
        if before:
            err.print(f"[green]✓[/] {before} of {len(year.history)} months were billed before.")
        if billed:
            currency = billed[0].tally.currency
            amount = money(sum(run.tally.amount_minor for run in billed), currency)
            count = sum(run.tally.billed for run in billed)
            self.stages.done("history", f"{len(billed)} months, {count:,} bills, {amount}")
        if payments:
            self.stages.done("payments", f"{payments:,} taken")
        if books:
            self.stages.done("books", f"closed through {self._past(year.current, year)}")

    def _past(self, month: Month, year: BillingYear) -> Month:
        """The last month whose books nothing more goes into once `month` is about to be billed."""
        return min(Month.of(self._bill_date(month)), year.current).plus(-1)

    def _bill_date(self, month: Month) -> date:
        return bootstrap.registry_store().schedule(cycle=CycleCode(CYCLE), period=month).bill_date

    def _bill_now(self, year: BillingYear) -> None:
        if runs_of(year.current):
            err.print(f"[green]✓[/] {year.current} was billed before.")
            return
        err.print(f"\n[bold]{year.current}[/], live:")
        with self.stages.lap("this month"):
            run = bill_month(year.current, today=self.town.as_of, watch=follow)
        tally = run.tally
        self.stages.done(
            "this month",
            f"{tally.billed:,} bills, {money(tally.amount_minor, tally.currency)}, {tally.excepted} left out",
        )


def _require_all(rejected: list[RejectedRow]) -> None:
    if rejected:
        raise DemoRowsRefused(
            f"{len(rejected)} rows of the demo's own files were refused, first {rejected[0]}: this home "
            "holds another town; stop it (`headgate down`), remove the folder and start anew"
        )
