"""The month's run, from claim to proof, on fakes."""

from __future__ import annotations

from chalicelib.domain.billing.run import RunState
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, bill_minor, reads_of_town, the_account, town


def test_every_account_gets_one_bill_and_the_sums_agree() -> None:
    utility = InProcess()
    utility.register(town(shards=2, accounts=3))
    utility.read(reads_of_town(OCTOBER, shards=2))

    run = utility.bill(OCTOBER)

    assert run.state is RunState.CLOSED, run.failure
    # accounts 1, 2, 3 in each of two shards: 27 + 3 × (6 + 7 + 8) = … 45 + 48 + 51 dollars, twice
    assert (run.tally.accounts, run.tally.billed, run.tally.amount_minor) == (6, 6, 2 * (4500 + 4800 + 5100))
    posted = utility.ledger_of("C01.001", "C01.002")
    assert [t.bill.total_minor for t in posted if t.bill] == [4500, 4800, 5100] * 2
    assert utility.events.published[0][0] == "BillRunClosed"
    assert utility.operations.holder(run.cycle) is None
    assert not utility.periods.in_flight(OCTOBER)


def test_the_next_month_starts_where_the_last_one_ended() -> None:
    utility = InProcess()
    utility.register(town())
    utility.read(reads_of_town(OCTOBER) + reads_of_town(NOVEMBER))

    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)

    state = utility.ledger_reader.account_state(the_account(2))
    assert state.balance_minor == 2 * bill_minor(2)
    water = [s for s in state.segments if s.service_type == "water"]
    assert [str(s.period) for s in water] == ["2026-09-10/2026-10-10", "2026-10-10/2026-11-10"]
    assert [(r.start_value, r.end_value) for s in water for r in s.reads] == [(100, 107), (107, 114)]
