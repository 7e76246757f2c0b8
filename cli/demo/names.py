"""Invented people, firms and streets. First and last names are drawn apart; nobody real is meant."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

# (language of the bill, given names, family names, how they are joined)
_POOLS: tuple[tuple[int, str, tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        60,
        "en",
        ("Abel", "Beatrix", "Cora", "Dexter", "Edith", "Floyd", "Greta", "Hollis", "Ida", "Jasper", "Keziah", "Linus",
         "Mabel", "Nolan", "Odessa", "Percy", "Quincy", "Rosalind", "Silas", "Tabitha", "Ulric", "Violet", "Wendell",
         "Zora"),
        ("Alderbrook", "Birchwater", "Crankshaw", "Dunmere", "Elderfield", "Fennimore", "Gatherwood", "Hawkesley",
         "Inglethorpe", "Jessamy", "Kettleworth", "Larkhaven", "Millrace", "Netherby", "Oakenshaw", "Pennyweather",
         "Quillfeather", "Rushbottom", "Sedgewick-Vane", "Thistledown", "Underhill", "Weirmouth", "Yarrowby",
         "O'Fallow"),
        "{given} {family}",
    ),
    (
        22,
        "es",
        ("María José", "Juan Ignacio", "Lucía", "Íñigo", "Begoña", "Ángel", "Concepción", "Jesús", "Inés", "Raúl",
         "Guadalupe", "Óscar"),
        ("Peñarrubia Olmos", "Ibáñez Fuentemayor", "Zúñiga del Río", "Castañeda Aguasvivas", "Núñez Riofrío",
         "Muñoz Pozohondo", "Güell Manantial", "de la Vega y Arroyo-Seco"),
        "{given} {family}",
    ),
    (5, "en", ("Thị Ngọc", "Văn Hải", "Minh Châu", "Đức Long"), ("Nguyễn", "Đặng", "Phùng", "Lưu"), "{family} {given}"),
    (4, "en", ("水清", "大川", "雨田", "美泉"), ("欧阳", "江", "沈", "潘"), "{family}{given}"),
    (3, "en", ("하늘", "은하", "강산"), ("남궁", "천", "유"), "{family} {given}"),
    (3, "en", ("Злата", "Фёдор", "Ярослава"), ("Криницкая-Речная", "Колодезный", "Родниковых"), "{given} {family}"),
    (2, "en", ("سلسبيل", "نهر", "غدير"), ("الينبوعي", "أبو الماء", "الساقي"), "{given} {family}"),
    (1, "en", ("नीरजा", "सागर"), ("जलधर", "नदियाल"), "{given} {family}"),
)  # fmt: skip
_TRADES = (
    "Laundry", "Bakery", "Brewing Company", "Car Wash", "Nursery & Garden Supply", "Dental Group", "Cold Storage",
    "Taquería", "Fitness Club", "Hardware", "Veterinary Clinic", "Hotel", "Print Works", "Elementary School",
)  # fmt: skip
_HOMES = (
    "Orchard Terrace",
    "Millpond Court",
    "Weir Row",
    "Cottonwood Commons",
    "Heron Flats",
    "Sluice Gardens",
)
_STREETS = (
    "Alder", "Bluff", "Catkin", "Dogwood", "Eddy", "Ferry", "Gravel Bar", "Headgate", "Island View", "Juniper", "Kestrel",
    "Levee", "Millrace", "North Fork", "Otter", "Penstock", "Quarry", "Ripple", "Spillway", "Tailwater", "Willow",
)  # fmt: skip
_KINDS = ("St", "Ave", "Ln", "Ct", "Dr", "Way")
_LONGEST = (
    "Homeowners' Association of the Upper and Lower {home}, Phases I through IV, c/o Pennyweather & Netherby"
)


class Named(NamedTuple):
    """A customer's name and the language of their bills."""

    name: str
    language: str


def a_person(rng: Random) -> Named:
    """A person's name, in one of several scripts."""
    _, language, givens, families, pattern = rng.choices(_POOLS, weights=[pool[0] for pool in _POOLS])[0]
    return Named(pattern.format(given=rng.choice(givens), family=rng.choice(families)), language)


def a_business(rng: Random) -> Named:
    """A shop, office or school."""
    return Named(f"{rng.choice(_STREETS)} {rng.choice(_TRADES)}", "en")


def a_landlord(rng: Random) -> Named:
    """Whoever answers for a building with several homes: now and then an association with a very long name."""
    home = rng.choice(_HOMES)
    if rng.randrange(4) == 0:
        return Named(_LONGEST.format(home=home), "en")
    return Named(f"{home} Apartments", "en")


def a_street(rng: Random) -> str:
    """House number and street."""
    return f"{rng.randrange(100, 9900)} {rng.choice(_STREETS)} {rng.choice(_KINDS)}"
