"""Control totals of a print batch, what they are reconciled with, and the manifest that tells them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.documents.envelopes import plan_envelopes
from chalicelib.domain.documents.print_batch import (
    BatchDoesNotReconcile,
    LeftOut,
    PrintBatch,
    PrintForm,
    Reason,
    Sums,
    batch_id_of,
    control_totals,
    left_out,
    printed_document,
    reconcile,
)
from chalicelib.domain.documents.print_manifest import manifest_of
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from tests.printed_bills import BILL_DATE, a_document, a_printed

RUN = RunId("C01-2026-10-abc")


def a_batch(form: PrintForm = PrintForm.PDF) -> PrintBatch:
    return PrintBatch(
        batch_id=batch_id_of(RUN, form),
        run_id=RUN,
        form=form,
        cycle=CycleCode("C01"),
        period=Month(2026, 10),
        most_sheets=8,
        opened_at=datetime(2026, 10, 13, tzinfo=UTC),
        opened_by="test",
    )


def paperless(number: int, minor: int = 700, currency: str = "USD") -> LeftOut:
    return LeftOut(
        account_number=f"{number:06d}",
        bill_number=f"{number:06d}/2610",
        currency=currency,
        new_charges_minor=minor,
        amount_due_minor=minor + 50,
        reason=Reason.PAPERLESS,
    )


def test_totals_tell_printed_from_paperless_in_counts_and_money() -> None:
    envelopes = plan_envelopes(
        [
            a_printed(1, inserts=("leak",)),
            a_printed(2, inserts=("leak", "rates")),
            a_printed(3, recipient="Ben Brook", currency="CAD", pages=3, inserts=("leak",)),
        ]
    )
    totals = control_totals(envelopes, [paperless(9)])
    assert (totals.bills, totals.printed, totals.paperless, totals.failed) == (4, 3, 1, 0)
    assert (totals.envelopes, totals.pages, totals.sheets) == (2, 7, 4)
    assert totals.inserts == {"leak": 2, "rates": 1}
    assert totals.sums == {
        "CAD": Sums(new_charges_minor=4500, amount_due_minor=5000),
        "USD": Sums(
            new_charges_minor=9000,
            amount_due_minor=10_000,
            paperless_new_charges_minor=700,
            paperless_amount_due_minor=750,
        ),
    }


def test_pages_and_sheets_are_not_told_where_the_vendor_makes_them() -> None:
    totals = control_totals(plan_envelopes([a_printed(1, pages=None)]), [])
    assert (totals.pages, totals.sheets) == (None, None)


def test_a_batch_that_accounts_for_every_bill_reconciles() -> None:
    totals = control_totals(plan_envelopes([a_printed(1)]), [paperless(2)])
    reconcile("run R", bills=2, amount_minor=5200, totals=totals)


@pytest.mark.parametrize(
    ("bills", "amount", "difference"),
    [
        (3, 5200, "-1 bills, \\+0 minor"),
        (2, 5199, "\\+0 bills, \\+1 minor"),
        (1, 4500, "\\+1 bills, \\+700 minor"),
    ],
)
def test_a_batch_that_does_not_is_refused_with_the_difference(
    bills: int, amount: int, difference: str
) -> None:
    totals = control_totals(plan_envelopes([a_printed(1)]), [paperless(2)])
    with pytest.raises(BatchDoesNotReconcile, match=difference):
        reconcile("run R", bills=bills, amount_minor=amount, totals=totals)


def test_a_credit_is_charged_in_full_and_asks_for_nothing() -> None:
    kept = printed_document(a_document(forward_minor=-9000), pages=2, sha256="0" * 64, size_bytes=1)
    assert (kept.new_charges_minor, kept.amount_due_minor) == (4500, 0)
    assert left_out(a_document(), Reason.PAPERLESS).amount_due_minor == 4500


def test_documents_are_numbered_in_the_order_of_printing() -> None:
    found = plan_envelopes([a_printed(1), a_printed(2, recipient="Aaron"), a_printed(3)])
    manifest = manifest_of(a_batch(), bill_date=BILL_DATE, utility="Riverbend", envelopes=found, left_out=[])
    inside = [document for envelope in manifest.envelopes for document in envelope.documents]
    assert [document.number for document in inside] == [1, 2, 3]
    assert [document.entry for document in inside] == [
        "pdf/000001-000002-2610.pdf",
        "pdf/000002-000001-2610.pdf",
        "pdf/000003-000003-2610.pdf",
    ]
    assert {document.line for document in inside} == {None}


def test_documents_as_json_are_lines_of_one_entry() -> None:
    manifest = manifest_of(
        a_batch(PrintForm.JSON),
        bill_date=BILL_DATE,
        utility="Riverbend",
        envelopes=plan_envelopes([a_printed(1, pages=None), a_printed(2, pages=None)]),
        left_out=[paperless(5), paperless(4)],
    )
    (envelope,) = manifest.envelopes
    assert [(one.entry, one.line) for one in envelope.documents] == [
        ("documents.jsonl", 1),
        ("documents.jsonl", 2),
    ]
    assert [one.account_number for one in manifest.left_out] == ["000004", "000005"]


@given(
    st.lists(
        st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.sampled_from("ab")), max_size=20
    ),
    st.lists(st.integers(-(10**6), 10**6), max_size=10),
)
def test_sums_of_a_manifest_are_those_of_its_documents(
    printed: list[tuple[int, int, str]], kept_back: list[int]
) -> None:
    documents = [
        a_printed(n, new_charges_minor=charged, amount_due_minor=due, recipient=name)
        for n, (charged, due, name) in enumerate(printed)
    ]
    manifest = manifest_of(
        a_batch(),
        bill_date=BILL_DATE,
        utility="",
        envelopes=plan_envelopes(documents),
        left_out=[paperless(100 + n, minor) for n, minor in enumerate(kept_back)],
    )
    inside = [document for envelope in manifest.envelopes for document in envelope.documents]
    sums = manifest.totals.sums.get("USD", Sums())
    assert (
        sums.new_charges_minor == sum(one.new_charges_minor for one in inside) == sum(p[0] for p in printed)
    )
    assert sums.amount_due_minor == sum(one.amount_due_minor for one in inside) == sum(p[1] for p in printed)
    assert sums.paperless_new_charges_minor == sum(kept_back)
    assert manifest.totals.pages == sum(one.pages or 0 for one in inside)
    assert manifest.totals.bills == len(printed) + len(kept_back)
