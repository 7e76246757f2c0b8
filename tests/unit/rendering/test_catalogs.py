"""Every language says everything: no message missing, none left over, none unsure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from chalicelib.rendering.bill_renderer import TEMPLATES, JinjaBillRenderer
from chalicelib.rendering.catalogs import NoCatalog, read_catalog
from chalicelib.rendering.simulation.report_words import report_languages
from tests.bill_messages import said

_FOLDER = TEMPLATES / "locale"
every_language = pytest.mark.parametrize(
    ("language", "catalog"), [(tag, name) for tag in ("en", "es") for name in ("bill", "simulation")]
)


def entries(language: str, catalog: str) -> list[Message]:
    with (_FOLDER / language / f"{catalog}.po").open("rb") as stream:
        return [message for message in read_po(stream, locale=language, abort_invalid=True) if message.id]


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@every_language
def test_a_catalog_has_every_message_and_no_other(language: str, catalog: str) -> None:
    assert {singular(message) for message in entries(language, catalog)} == set(said(catalog))


@every_language
def test_nothing_is_untranslated_or_fuzzy(language: str, catalog: str) -> None:
    for message in entries(language, catalog):
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert texts, message.id
        assert all(texts), message.id
        assert not message.fuzzy, message.id


@every_language
def test_plurals_are_plurals_and_places_are_kept(language: str, catalog: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    plurals = said(catalog)
    for message in entries(language, catalog):
        plural = plurals[singular(message)]
        assert (plural != "") == (not isinstance(message.id, str)), message.id
        if isinstance(message.id, str):
            assert places(str(message.string)) == places(message.id), message.id
        else:  # one thing may be said without its number
            for text, original in zip(message.string or (), message.id, strict=True):
                assert places(text) == places(original), message.id


def test_all_catalogs_are_tested_here() -> None:
    assert JinjaBillRenderer().languages == report_languages() == ("en", "es")


@pytest.mark.parametrize("name", ["bill", "simulation"])
def test_english_says_what_the_messages_say(name: str) -> None:
    catalog = read_catalog(_FOLDER, "en", name=name)
    assert all(catalog.text(message) == message for message, plural in said(name).items() if not plural)


def test_spanish_counts_in_spanish() -> None:
    catalog = read_catalog(_FOLDER, "es")
    assert catalog.counted("{count} gallon", "{count} gallons", 1) == "{count} galón"
    assert catalog.counted("{count} gallon", "{count} gallons", 2) == "{count} galones"


def test_a_language_without_a_catalog_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoCatalog, match=r"'fr'.*there are en, es"):
        read_catalog(_FOLDER, "fr")


def test_no_file_is_read_for_a_language_that_is_a_path(tmp_path: Path) -> None:
    with pytest.raises(NoCatalog):
        read_catalog(_FOLDER, "../locale/en")
