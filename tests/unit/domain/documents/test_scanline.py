"""The line a lock box reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.documents.scanline import NotForScanline, check_digit, is_sound, scanline

accounts = st.text("ABCXYZ0123456789-", min_size=1, max_size=20).filter(
    lambda text: any(map(str.isalnum, text))
)
amounts = st.integers(min_value=0, max_value=10**10 - 1)


def test_a_line_has_account_amount_and_check_digit() -> None:
    # Every other digit doubled, from the right: 5→1 4 3→6 2 1→2 are 15, 4→8 7 3→6 1 2→4 are 26; 41 + 9 = 50
    assert scanline(account_number="20-000137-4", amount_minor=12345) == "00000200001374 0000012345 9"


def test_the_check_digit_is_luhns() -> None:
    assert check_digit("7992739871") == "3"  # the example everybody uses
    assert check_digit("US0378331005"[:-1]) == "5"  # Apple's ISIN: letters count as two digits


@given(accounts, amounts)
def test_every_line_is_sound_and_says_what_went_in(account: str, amount: int) -> None:
    line = scanline(account_number=account, amount_minor=amount)
    said, money, _ = line.split(" ")
    assert is_sound(line)
    assert said.lstrip("0") == account.replace("-", "").lstrip("0")
    assert int(money) == amount


@given(accounts, amounts, st.data())
def test_a_wrong_digit_is_found(account: str, amount: int, data: st.DataObject) -> None:
    line = scanline(account_number=account, amount_minor=amount)
    digits = [place for place, character in enumerate(line[:-2]) if character.isdigit()]
    place = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != line[place]]))
    assert not is_sound(line[:place] + other + line[place + 1 :])


@pytest.mark.parametrize(
    ("account", "amount"), [("", 1), ("---", 1), ("1" * 21, 1), ("１２", 1), ("1", -1), ("1", 10**10)]
)
def test_what_does_not_fit_is_refused(account: str, amount: int) -> None:
    with pytest.raises(NotForScanline):
        scanline(account_number=account, amount_minor=amount)
