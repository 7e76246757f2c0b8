"""A simulation as one page that needs nothing else: no script, no request, charts drawn in it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.catalogs import Catalog
from chalicelib.rendering.simulation.page_facts import PageFacts
from chalicelib.rendering.words import Words

TEMPLATES = Path(__file__).parents[3] / "templates" / "simulation"
# The page speaks English: without a catalog the messages say themselves.
_ENGLISH = Catalog({}, plural_form=lambda count: int(count != 1))
_MOST_AFFECTED = 20


def report_page(simulation: Simulation) -> str:
    """The page's HTML."""
    words = Words(_ENGLISH, language="en", country="US", markup=True)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        PageFacts(simulation, words, most_affected=_MOST_AFFECTED).all(),
        _=words.say,
        ngettext=words.count,
        lang=words.language,
        dir=words.direction,
    )
