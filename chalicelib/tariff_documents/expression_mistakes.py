"""What is wrong with a formula that cannot be read, and how to mend it, in the words of who writes rates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal

_STRAIGHT = 'write straight quotes, as in "summer"'
_POWERS = "there are no powers: multiply, as in a * a"
_CHARACTERS = {
    "%": "write / 100",
    "^": _POWERS,
    "!": "write not, or != for not equal",
    "&": "write and",
    "|": "write or",
    "?": "write if(condition, then, else)",
    ":": "write if(condition, then, else)",
    ";": "separate values with ,",
    **dict.fromkeys("$€£", "write amounts in digits alone"),
    **dict.fromkeys("“”„‘’«»`", _STRAIGHT),
    **dict.fromkeys("×·•∙⋅", "write *"),
    **dict.fromkeys("÷∕⁄", "write /"),
    **dict.fromkeys("−–—", "write -"),
    **dict.fromkeys("[{", "write ("),
    **dict.fromkeys("]}", "write )"),
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "_": "a name begins with a letter",
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"\w+")
_RESERVED = frozenset({"min", "max", "round", "if", "and", "or", "not"})


class InvalidExpression(Refusal):
    """A formula cannot be read. `column` counts from 1, within the formula."""

    def __init__(self, message: str, *, column: int) -> None:
        super().__init__(f"column {column}: {message}", column=column)
        self.column = column


def unknown_character(text: str, position: int) -> str:
    """What to say of the character at `position` of `text`, which begins nothing that is known."""
    found = text[position]
    if found in "\"'":
        return f"the text that begins here has no closing {found}"
    if found == ".":
        return "a number has digits on both sides of its point, as in 0.5"
    if found in _CHARACTERS:
        return f"`{found}` is not known here: {_CHARACTERS[found]}"
    if found.isalpha():
        return _unknown_letter(text, position)
    shown = f"`{found}`" if found.isprintable() else ascii(found)
    return f"{shown} is not known here: take it out"


def _unknown_letter(text: str, position: int) -> str:
    word = next(match[0] for match in _WORD.finditer(text) if match.end() > position)
    small = _CAMEL.sub("_", word).lower()
    if small in _RESERVED:
        return f"write {small} in small letters"
    mend = f": write {small}" if re.fullmatch("[a-z][a-z0-9_]*", small) else ""
    return f"{word} is no name, which has only a to z in small letters, digits and _{mend}"


class Seen(NamedTuple):
    """A word, number or sign of a formula: its type in the grammar, and itself."""

    type: str
    text: str


_VALUES = frozenset({"NUMBER", "TEXT", "NAME", "FUNCTION", "NOT", "LPAR"})
_DOUBLED = {
    "**": _POWERS,
    "==": "write = once",
    "=!": "write !=",
    "<>": "write != for not equal",
    "=<": "write <=",
    "=>": "write >=",
    "//": "write / once",
}


def misplaced(found: Seen | None, *, before: Sequence[Seen], value_wanted: bool) -> str:
    """What to say of `found` (None: the end), which cannot follow what stands `before` it."""
    last = before[-1] if before else None
    if last is not None and last.type == "FUNCTION":
        return f"{last.text} needs its values in parentheses: write {last.text}(…); it cannot be a name"
    if value_wanted:
        return _no_value(found, last)
    if found is None:
        return "a ) is missing"
    before_it = last.text if last else ""
    match found.type:
        case "RPAR":
            return "this ) has no ( before it"
        case "COMMA":
            return "a , only stands between the values of min, max, round and if"
        case "RELATION":
            return "compare two values at a time, as in a > 1 and a < 5"
        case "LPAR" if last is not None and last.type == "NAME":
            return f"{before_it} is no function, only min, max, round and if are: is a sign missing before (?"
        case _:
            return f"a sign such as * is missing between {before_it} and {found.text}"


def _no_value(found: Seen | None, last: Seen | None) -> str:
    if last is None:
        if found is None:
            return "the formula is empty: write what it comes to, such as 1.25 * budget"
        return "leave out the + here" if found.text == "+" else f"a value is missing before {found.text}"
    if found is None:
        return f"the formula ends with {last.text}: a value is missing"
    if last.text + found.text in _DOUBLED:
        return _DOUBLED[last.text + found.text]
    if found.type == "NOT":
        return "not belongs before a whole comparison, as in not (a = b)"
    return f"a value is missing between {last.text} and {found.text}"
