"""The line at the foot of the payment stub that a lock box reads: account, amount, check digit."""

from __future__ import annotations

from chalicelib.domain.kernel.errors import Refusal

_ACCOUNT_WIDTH = 14
_LONGEST_ACCOUNT = 20
_AMOUNT_WIDTH = 10


class NotForScanline(Refusal):
    """An account number or an amount has no place on the scanline."""


def scanline(*, account_number: str, amount_minor: int) -> str:
    """`AAAAAAAAAAAAAA MMMMMMMMMM C`: account, amount in minor units, check digit over both.

    Of the account number, letters (as capitals) and digits count, up to 20; a shorter one is filled with
    zeros on the left to 14. The
    check digit is Luhn's (ISO/IEC 7812-1, annex B) with letters as two digits, A = 10 to Z = 35, as in
    ISO 6166: it finds every wrong digit and every exchange of neighboring digits but 0 with 9.

    Raises NotForScanline.
    """
    account = "".join(character for character in account_number.upper() if character.isalnum())
    if not account or not account.isascii() or len(account) > _LONGEST_ACCOUNT:
        raise NotForScanline(
            f"account number {account_number!r} does not fit a scanline: "
            f"1 to {_LONGEST_ACCOUNT} letters and digits do",
            account_number=account_number,
        )
    if not 0 <= amount_minor < 10**_AMOUNT_WIDTH:
        raise NotForScanline(
            f"an amount of {amount_minor} minor units does not fit a scanline", amount_minor=amount_minor
        )
    body = f"{account.zfill(_ACCOUNT_WIDTH)} {amount_minor:0{_AMOUNT_WIDTH}d}"
    return f"{body} {check_digit(body)}"


def is_sound(line: str) -> bool:
    """Whether the last digit of a scanline is the check digit of the rest."""
    body, _, digit = line.rpartition(" ")
    return bool(body) and digit == check_digit(body)


def check_digit(text: str) -> str:
    """Luhn's digit over the letters and digits of `text`; other characters do not count."""
    digits = "".join(str(int(character, 36)) for character in text if character.isalnum())
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
