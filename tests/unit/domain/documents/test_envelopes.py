"""Who shares an envelope, in which order, with which leaflets; and that no document is lost or doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.documents.envelopes import (
    BillPrintedTwice,
    PrintedDocument,
    normal,
    plan_envelopes,
)
from tests.printed_bills import a_printed, an_address


def are_together(one: PrintedDocument, other: PrintedDocument) -> bool:
    return len(plan_envelopes([one, other])) == 1


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("12 Oak St.", "12  OAK ST"),
        ("P.O. Box 7", "PO Box 7"),
        ("O'Brien", "OBRIEN"),
        ("O’Brien", "o'brien"),
        ("Apt #4", "apt 4"),
        ("Smith, Ada", "Smith Ada"),
        ("ＡＤＡ", "Ada"),
        ("Straße", "STRASSE"),
    ],
)
def test_case_spaces_and_punctuation_do_not_count(text: str, other: str) -> None:
    assert normal(text) == normal(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("12 1/2 Oak", "121/2 Oak"),
        ("1.5 Oak", "15 Oak"),
        ("12 3 Oak", "123 Oak"),
        ("José", "Jose"),
        ("Jon", "John"),
        ("राम", "रीम"),  # they differ by a vowel sign, which is no letter
    ],
)
def test_what_may_be_somebody_else_stays_apart(text: str, other: str) -> None:
    assert normal(text) != normal(other)


def test_two_accounts_of_one_person_share_an_envelope_however_they_are_written() -> None:
    written = a_printed(1, recipient="Ada Brook", address=an_address("12 Oak St., Apt. 4", "45011-0001"))
    typed = a_printed(
        2, recipient="ADA  BROOK", address=an_address(postal_code="45011", lines=("12 OAK ST", "Apt 4"))
    )
    assert are_together(written, typed)
    assert written.mailing_key == typed.mailing_key


@pytest.mark.parametrize(
    "other",
    [
        {"recipient": "Ben Brook"},
        {"address": an_address("14 Oak St.")},
        {"address": an_address(postal_code="45012")},
        {"address": an_address(city="Hillside")},
        {"address": an_address(region="KY")},
        {"address": an_address(country="CA")},
        {"language": "es"},
        {"currency": "CAD"},
    ],
)
def test_another_name_place_language_or_currency_is_another_envelope(other: dict[str, Any]) -> None:
    apart = a_printed(2, **other)
    assert not are_together(a_printed(1), apart)
    assert a_printed(1).mailing_key != apart.mailing_key


def test_outside_the_us_the_whole_postal_code_counts() -> None:
    one = a_printed(1, address=an_address(postal_code="K1A 0B1", country="CA"))
    assert are_together(
        one, replace(one, bill_number="2", address=an_address("12 Oak St", "k1a0b1", country="ca"))
    )
    assert not are_together(
        one, replace(one, bill_number="2", address=an_address("12 Oak St", "K1A 0B2", country="CA"))
    )


@pytest.mark.parametrize("nobody", [{"recipient": "???"}, {"recipient": ""}, {"address": an_address("--")}])
def test_a_bill_to_nobody_in_particular_goes_alone(nobody: dict[str, Any]) -> None:
    assert not are_together(a_printed(1, **nobody), a_printed(2, **nobody))


def test_envelopes_follow_country_postal_code_address_and_name() -> None:
    places = [
        a_printed(1, address=an_address("3 Oak", "45011", country="US")),
        a_printed(2, address=an_address("1 Elm", "K1A 0B1", country="CA")),
        a_printed(3, address=an_address("9 Ash", "45011-2000", country="US")),
        a_printed(4, address=an_address("1 Oak", "45010", country="US")),
        a_printed(5, address=an_address("3 Oak", "45011", country="US"), recipient="Zoe Abel"),
        a_printed(6, address=an_address("3 Birch", "45011", country="US")),
    ]
    planned = plan_envelopes(places)
    assert [envelope.mail_to.account_number[-1] for envelope in planned] == list("246153")
    assert [envelope.sequence for envelope in planned] == [1, 2, 3, 4, 5, 6]


def test_the_order_of_printing_does_not_matter() -> None:
    documents = [
        a_printed(n, recipient=f"R{n % 7}", address=an_address(f"{n % 5} Oak", f"4501{n % 3}"))
        for n in range(60)
    ]
    assert plan_envelopes(Random(7).sample(documents, 60)) == plan_envelopes(documents)


def test_an_envelope_has_every_leaflet_of_its_documents_once() -> None:
    (envelope,) = plan_envelopes(
        [a_printed(2, inserts=("rates", "leak")), a_printed(1, inserts=("leak", "arrears"))]
    )
    assert envelope.inserts == ("arrears", "leak", "rates")
    assert [document.account_number for document in envelope.documents] == ["000001", "000002"]


def test_sheets_have_two_sides_and_no_document_begins_on_the_back_of_another() -> None:
    (envelope,) = plan_envelopes([a_printed(1, pages=3), a_printed(2, pages=1)])
    assert (envelope.pages, envelope.sheets) == (4, 3)


def test_what_does_not_fit_goes_into_the_next_envelope() -> None:
    planned = plan_envelopes([a_printed(n, pages=6) for n in range(1, 6)], most_sheets=8)
    assert [len(envelope.documents) for envelope in planned] == [2, 2, 1]
    assert len({envelope.mail_to.mailing_key for envelope in planned}) == 1
    assert not any(envelope.is_oversize for envelope in planned)


def test_a_document_with_too_many_sheets_goes_alone_and_is_marked() -> None:
    planned = plan_envelopes([a_printed(1), a_printed(2, pages=17), a_printed(3)], most_sheets=8)
    assert [(len(one.documents), one.is_oversize) for one in planned] == [(1, False), (1, True), (1, False)]


def test_where_pages_are_not_known_a_document_counts_as_one_sheet() -> None:
    planned = plan_envelopes([a_printed(n, pages=None) for n in range(10)], most_sheets=8)
    assert [len(envelope.documents) for envelope in planned] == [8, 2]
    assert (planned[0].pages, planned[0].sheets) == (None, None)


def test_one_bill_is_not_put_into_two_envelopes() -> None:
    with pytest.raises(BillPrintedTwice, match="000001/2610"):
        plan_envelopes([a_printed(1), a_printed(2), a_printed(1, recipient="Ben Brook")])


documents = st.lists(
    st.builds(
        a_printed,
        number=st.integers(0, 10_000),
        recipient=st.sampled_from(["Ada Brook", "ADA BROOK.", "Ben Brook", ""]),
        address=st.builds(
            an_address, st.sampled_from(["1 Oak", "1 OAK.", "2 Oak"]), st.sampled_from(["45011", "45011-1"])
        ),
        language=st.sampled_from(["en", "es"]),
        currency=st.sampled_from(["USD", "CAD"]),
        pages=st.one_of(st.none(), st.integers(0, 30)),
        inserts=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
    ),
    unique_by=lambda document: document.bill_number,
    max_size=30,
)


@given(documents, st.integers(1, 12))
def test_every_document_is_in_exactly_one_envelope(found: list[PrintedDocument], most_sheets: int) -> None:
    planned = plan_envelopes(found, most_sheets=most_sheets)
    inside = [document for envelope in planned for document in envelope.documents]
    assert Counter(one.bill_number for one in inside) == Counter(one.bill_number for one in found)
    assert [envelope.sequence for envelope in planned] == list(range(1, len(planned) + 1))
    for envelope in planned:
        assert len({document.household for document in envelope.documents}) == 1
        assert set(envelope.inserts) == {code for one in envelope.documents for code in one.inserts}
        weights = [document.sheets or 1 for document in envelope.documents]
        assert sum(weights) <= most_sheets or len(weights) == 1
        assert envelope.is_oversize == (sum(weights) > most_sheets)


@given(documents, st.randoms(use_true_random=False))
def test_shuffled_documents_give_the_same_envelopes(found: list[PrintedDocument], random: Random) -> None:
    assert plan_envelopes(random.sample(found, len(found))) == plan_envelopes(found)
