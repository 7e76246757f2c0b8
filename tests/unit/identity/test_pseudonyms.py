"""Ids stand for numbers without telling them."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.domain.customers.sealed_person import SearchField
from chalicelib.domain.kernel.ids import CycleCode, shard_of
from chalicelib.identity.pseudonyms import HmacPseudonyms

NAMES = HmacPseudonyms(b"a secret of at least thirty-two bytes")
C01 = CycleCode("C01")


def test_a_load_that_is_repeated_gives_the_same_ids() -> None:
    again = HmacPseudonyms(b"a secret of at least thirty-two bytes")

    assert NAMES.account_id("4711", cycle=C01, shard_count=9) == again.account_id(
        "4711", cycle=C01, shard_count=9
    )
    assert NAMES.person_id("4711") == again.person_id("4711")


def test_another_secret_gives_other_ids() -> None:
    other = HmacPseudonyms(b"quite another secret, as long as that")

    assert NAMES.account_id("4711", cycle=C01, shard_count=1) != other.account_id(
        "4711", cycle=C01, shard_count=1
    )
    assert NAMES.token(SearchField.NAME, "smith") != other.token(SearchField.NAME, "smith")


def test_an_account_id_names_its_shard_and_hides_its_number() -> None:
    account_id = NAMES.account_id("4711", cycle=C01, shard_count=3)

    assert shard_of(account_id) in {"C01.001", "C01.002", "C01.003"}
    assert len(account_id) == len("C01.001-") + 10
    assert "4711" not in account_id


def test_accounts_spread_evenly_over_the_shards_of_their_cycle() -> None:
    """3,000 accounts on 20 shards: 150 each, and with a standard deviation of 12 none leaves 150 ± 60."""
    sizes = Counter(shard_of(NAMES.account_id(str(n), cycle=C01, shard_count=20)) for n in range(3000))

    assert len(sizes) == 20
    assert 90 < min(sizes.values()) <= max(sizes.values()) < 210


def test_numbers_of_different_kinds_do_not_give_the_same_id() -> None:
    assert NAMES.person_id("7")[:10] != NAMES.account_id("7", cycle=C01, shard_count=1)[-10:]
    one = NAMES.agreement_id(account_number="1", reference="23")
    assert one != NAMES.agreement_id(account_number="12", reference="3")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="has 5 bytes, 32 are needed"):
        HmacPseudonyms(b"short")
