"""Invented people, firms and streets. First and last names are drawn apart; nobody real is meant."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Named(NamedTuple):
    """A customer's name and the language of their bills."""

    name: str
    language: str


class _Pool(NamedTuple):
    """Names of one origin. `weight` is their share in Riverbend, in percent."""

    weight: int
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    pattern: str = "{given} {family}"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


_POOLS = (
    _Pool(
        60,
        "en",
        _names(
            "Abel, Beatrix, Cora, Dexter, Edith, Floyd, Greta, Hollis, Ida, Jasper, Keziah, Linus, Mabel,"
            "Nolan, Odessa, Percy, Quincy, Rosalind, Silas, Tabitha, Ulric, Violet, Wendell, Zora"
        ),
        _names(
            "Alderbrook, Birchwater, Crankshaw, Dunmere, Elderfield, Fennimore, Gatherwood, Hawkesley,"
            "Jessamy, Kettleworth, Larkhaven, Millrace, Netherby, Oakenshaw, Pennyweather, Quillfeather,"
            "Rushbottom, Sedgewick-Vane, Thistledown, Underhill, Weirmouth, Yarrowby, O'Fallow"
        ),
    ),
    _Pool(
        22,
        "es",
        _names("María José, Juan Ignacio, Lucía, Íñigo, Begoña, Ángel, Concepción, Jesús, Inés, Raúl, Óscar"),
        _names(
            "Peñarrubia Olmos, Ibáñez Fuentemayor, Zúñiga del Río, Castañeda Aguasvivas, Núñez Riofrío,"
            "Muñoz Pozohondo, Güell Manantial, de la Vega y Arroyo-Seco"
        ),
    ),
    _Pool(
        5,
        "en",
        _names("Thị Ngọc, Văn Hải, Minh Châu, Đức Long"),
        _names("Nguyễn, Đặng, Phùng, Lưu"),
        "{family} {given}",
    ),
    _Pool(4, "en", _names("水清, 大川, 雨田, 美泉"), _names("欧阳, 江, 沈, 潘"), "{family}{given}"),
    _Pool(3, "en", _names("하늘, 은하, 강산"), _names("남궁, 천, 유"), "{family} {given}"),
    _Pool(3, "en", _names("Злата, Фёдор, Ярослава"), _names("Криницкая-Речная, Колодезный, Родниковых")),
    _Pool(2, "en", _names("سلسبيل, نهر, غدير"), _names("الينبوعي, أبو الماء, الساقي")),
    _Pool(1, "en", _names("नीरजा, सागर"), _names("जलधर, नदियाल")),
)
_WEIGHTS = [pool.weight for pool in _POOLS]
_TRADES = _names(
    "Laundry, Bakery, Brewing Company, Car Wash, Nursery & Garden Supply, Dental Group, Cold Storage,"
    "Taquería, Fitness Club, Hardware, Veterinary Clinic, Hotel, Print Works, Elementary School"
)
_HOMES = _names("Orchard Terrace, Millpond Court, Weir Row, Cottonwood Commons, Heron Flats, Sluice Gardens")
_STREETS = _names(
    "Alder, Bluff, Catkin, Dogwood, Eddy, Ferry, Gravel Bar, Headgate, Island View, Juniper, Kestrel, Levee,"
    "Millrace, North Fork, Otter, Penstock, Quarry, Ripple, Spillway, Tailwater, Willow"
)
_KINDS = _names("St, Ave, Ln, Ct, Dr, Way")
_LONGEST = (
    "Homeowners' Association of the Upper and Lower {home}, Phases I through IV, c/o Pennyweather & Netherby"
)


def a_person(rng: Random) -> Named:
    """A person's name, in one of several scripts."""
    pool = rng.choices(_POOLS, weights=_WEIGHTS)[0]
    return Named(
        pool.pattern.format(given=rng.choice(pool.given), family=rng.choice(pool.family)), pool.language
    )


def a_business(rng: Random) -> Named:
    """A shop, office or school."""
    return Named(f"{rng.choice(_STREETS)} {rng.choice(_TRADES)}", "en")


def a_landlord(rng: Random) -> Named:
    """Whoever answers for a building with several homes: now and then under a very long name."""
    home = rng.choice(_HOMES)
    return Named(_LONGEST.format(home=home) if rng.randrange(4) == 0 else f"{home} Apartments", "en")


def a_street(rng: Random) -> str:
    """House number and street."""
    return f"{rng.randrange(100, 9900)} {rng.choice(_STREETS)} {rng.choice(_KINDS)}"
