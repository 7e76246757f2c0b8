"""The words of a simulation's report in one language, and those that are not in its templates."""

from __future__ import annotations

from pathlib import Path

from chalicelib.rendering.catalogs import catalog_languages, read_catalog
from chalicelib.rendering.words import Words, message

TEMPLATES = Path(__file__).parents[3] / "templates"
_LOCALE, _CATALOG = TEMPLATES / "locale", "simulation"

_CONTROLS = (
    message("rows read = rated + refused + rejected"),
    message("rows refused = rows by reason"),
    message("rows rated = rows by tariff"),
    message("rows rated = rows by class"),
    message("rows rated = rows by month"),
    message("now: total = sum of charges"),
    message("now: total = sum of tariffs"),
    message("now: total = sum of classes"),
    message("now: total = sum of months"),
    message("now: total = sum of accounts"),
    message("proposed: total = sum of charges"),
    message("proposed: total = sum of tariffs"),
    message("proposed: total = sum of classes"),
    message("proposed: total = sum of months"),
    message("proposed: total = sum of accounts"),
    message("accounts = less + same + more"),
    message("accounts = accounts listed"),
    message("accounts = bands of money"),
    message("accounts = bands of percent + without percentage"),
    message("accounts = accounts by class and usage"),
)
_COUNTED = "accounts = accounts by "
_HEADS = (
    message("account"),
    message("accounts"),
    message("average_month_now"),
    message("average_month_proposed"),
    message("change"),
    message("change_a_month"),
    message("charge"),
    message("class"),
    message("column"),
    message("days"),
    message("dimension"),
    message("file"),
    message("high"),
    message("label"),
    message("less"),
    message("line"),
    message("low"),
    message("measure"),
    message("mend"),
    message("more"),
    message("now"),
    message("over_10_percent_more"),
    message("percent"),
    message("proposed"),
    message("quintile"),
    message("reason"),
    message("same"),
    message("tariff"),
    message("value"),
)


def report_languages() -> tuple[str, ...]:
    """The languages that reports are written in, English first."""
    return catalog_languages(_LOCALE, name=_CATALOG)


def report_words(language: str) -> Words:
    """The words of `language`, in the country its tag names; else in the United States. Raises NoCatalog.

    A language of a country (`es-MX`) has the words of the language, where it has no catalog of its own.
    """
    base = language.partition("-")[0]
    known = language if language in report_languages() else base
    catalog = read_catalog(_LOCALE, known, name=_CATALOG)
    return Words(catalog, language=language, country="US", markup=True)


def control_name(name: str, words: Words) -> str:
    """What a control total compares."""
    if name in _CONTROLS:
        return words.say(name)
    return words.say("accounts = accounts by {dimension}", dimension=name.removeprefix(_COUNTED))


def head(name: str, words: Words) -> str:
    """How the column `name` of a table is headed, a number at its end kept."""
    stem, sign, rank = name.rpartition("_")
    if sign and rank.isdigit():
        return f"{head(stem, words)}_{rank}"
    return words.say(name) if name in _HEADS else name
