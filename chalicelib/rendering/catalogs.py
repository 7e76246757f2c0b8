"""Message catalogs: what a bill, or a report, says in each language: templates/locale/LANGUAGE/NAME.po."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from chalicelib.domain.kernel.errors import Refusal


class NoCatalog(Refusal):
    """There is no message catalog for a language."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The messages of one language; a message with a plural has one text per plural form."""

    texts: Mapping[str, tuple[str, ...]]
    plural_form: Callable[[int], int]

    def text(self, message: str) -> str:
        """The translation of `message`; the message itself where there is none."""
        return self.texts.get(message, (message,))[0]

    def counted(self, singular: str, plural: str, count: int) -> str:
        """The translation for `count` things; English words where there is none."""
        texts = self.texts.get(singular)
        if texts is None:
            return singular if count == 1 else plural
        return texts[self.plural_form(count)]


def catalog_languages(folder: Path, *, name: str = "bill") -> tuple[str, ...]:
    """Language tags with a catalog, English first: everything falls back to it."""
    found = sorted(file.parent.name for file in folder.glob(f"*/{name}.po"))
    return tuple(sorted(found, key=lambda language: language != "en"))


def read_catalog(folder: Path, language: str, *, name: str = "bill") -> Catalog:
    """The catalog of `language`. Raises NoCatalog."""
    file = folder / language / f"{name}.po"
    if language not in catalog_languages(folder, name=name):
        known = ", ".join(catalog_languages(folder, name=name))
        raise NoCatalog(f"there is no catalog for {language!r}: {file} is missing (there are {known})")
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=language.replace("-", "_"))
    texts: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        value = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(value):
            texts[key] = value
    return Catalog(texts, gettext.c2py(catalog.plural_expr))
