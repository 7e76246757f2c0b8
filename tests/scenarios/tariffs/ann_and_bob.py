"""Ann writes tariffs, Bob checks them: what they do, and what comes of it.

Water costs 10.00 and 2.00 a ccf until the council says otherwise; account number n uses 5 + n ccf a month.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId, BillId
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.tariffs.lifecycle import TariffState
from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.usecases.draft_tariff import draft_tariff
from chalicelib.usecases.list_tariffs import list_tariffs
from chalicelib.usecases.publish_tariff import VersionToPublish, publish_tariffs
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.report_publication import report_publications
from chalicelib.usecases.review_tariff import review_tariff
from chalicelib.usecases.verify_ledger import verify_shard
from tests.in_process import InProcess
from tests.towns import CYCLE, TARIFFS, the_account

ANN, BOB = "cli:ann", "cli:bob"
OCTOBER_10 = date(2026, 10, 10)  # the day up to which October is billed


def water(version: int, *, effective_from: date, rate: str, determinants: str = "") -> LoadedTariff:
    text = TARIFFS[0].replace("version: 1", f"version: {version}").replace("2020-01-01", str(effective_from))
    return load_tariff(text.replace("rate: 2.00", f"rate: {rate}") + determinants, file="water")


def at_desk(utility: InProcess, actor: str) -> RatesDesk:
    return utility.rates_desk(actor)


def drafted(utility: InProcess, loaded: LoadedTariff) -> VersionToPublish:
    life = draft_tariff(at_desk(utility, ANN), loaded.version, canonical=loaded.canonical)
    return VersionToPublish(life.code, life.version, life.fingerprint)


def reviewed(utility: InProcess, loaded: LoadedTariff) -> VersionToPublish:
    wanted = drafted(utility, loaded)
    review_tariff(at_desk(utility, BOB), wanted.code, wanted.version, seen=wanted.fingerprint[:12])
    return wanted


def publish(utility: InProcess, *wanted: VersionToPublish, retroactive: bool = False) -> dict[str, bool]:
    return publish_tariffs(at_desk(utility, ANN), wanted, retroactive=retroactive)


def report(utility: InProcess, wanted: VersionToPublish) -> PublicationReport:
    desk = at_desk(utility, BOB)
    (found,) = report_publications(desk, [desk.life(wanted.code, wanted.version)])
    return found


def bills(utility: InProcess) -> list[Bill]:
    return [one.bill for one in utility.ledger_of("C01.001", "C01.002") if one.bill is not None]


def states(utility: InProcess, today: date) -> dict[str, TariffState]:
    standings = list_tariffs(at_desk(utility, ANN), today=today)
    return {one.life.reference: one.state for one in standings if one.life.code == "WATER"}


def violations(utility: InProcess) -> list[Violation]:
    shards = utility.registry.shards_of_cycle(CYCLE)
    return [found for shard in shards for found in verify_shard(utility.ledger_reader, shard).violations]


BY_SIZE = "determinants:\n  meter_size: {kind: choice}\n"


def sized(version: int = 2) -> LoadedTariff:
    loaded = TARIFFS[0].replace("version: 1", f"version: {version}").replace("2020-01-01", str(OCTOBER_10))
    by_size = loaded.replace("amount: 10.00", "amount: {by: meter_size, values: {5/8: 10.00, '1': 20.00}}")
    return load_tariff(by_size + BY_SIZE, file="water")


def give_size(utility: InProcess, number: int, size: Decimal | str, *, shard: int = 1) -> None:
    whole = utility.registry.account(the_account(number, shard=shard))
    agreements = tuple(
        replace(one, determinants={"meter_size": Dated.since(OCTOBER_10, size)}) for one in whole.agreements
    )
    utility.change(whole, replace(whole, agreements=agreements))


def rebill(utility: InProcess, bill_id: BillId, agreement_id: AgreementId) -> None:
    rebill_segment(
        desk=utility.billing_desk(),
        posting=utility.posting_desk(date(2026, 11, 20), actor=BOB),
        artefacts=utility.artefacts,
        account_id=agreement_id.rpartition(".")[0],  # type: ignore[arg-type]
        bill_id=bill_id,
        agreement_id=agreement_id,
        reason="WATER@2 was published with a wrong rate",
    )
