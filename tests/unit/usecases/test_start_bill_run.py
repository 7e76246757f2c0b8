"""Orders travel to the state machine and back, and executions are named so that none starts twice."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.billing.run import ApprovalPolicy
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.usecases.open_bill_run import RunOrder
from chalicelib.usecases.start_bill_run import execution_name, order_document, read_order

ORDER = RunOrder(
    run_id=RunId("C01-2026-10-ab12"),
    cycle=CycleCode("C01"),
    period=Month(2026, 10),
    today=date(2026, 10, 12),
    actor="cli:alice",
    wave=2,
    policy=ApprovalPolicy(most_excepted_per_mille=7, most_estimated_per_mille=9, always_ask=True),
    replaces=RunId("C01-2026-10-dead"),
    attempt=3,
)


def test_an_order_comes_back_as_it_was_sent() -> None:
    assert read_order(order_document(ORDER, 3)) == ORDER


def test_the_document_carries_the_correlation_id() -> None:
    assert order_document(ORDER, 1)["correlation_id"] == ORDER.run_id


def test_a_scheduler_may_leave_out_what_has_a_default() -> None:
    order = read_order(
        {"run_id": "r", "cycle": "C01", "period": "2026-10", "today": "2026-10-12", "actor": "scheduler"}
    )
    assert (order.wave, order.attempt, order.replaces, order.policy) == (1, 1, None, ApprovalPolicy())


def test_the_first_execution_bears_the_runs_name_and_later_ones_a_number() -> None:
    assert [execution_name(RunId("r"), attempt) for attempt in (1, 2, 10)] == ["r", "r-2", "r-10"]
