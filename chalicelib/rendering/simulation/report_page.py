"""A simulation as one page that needs nothing else: no script, no request, charts drawn in it."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.simulation.page_facts import PageFacts
from chalicelib.rendering.simulation.report_words import TEMPLATES, report_words
from chalicelib.rendering.words import Words

_MOST_AFFECTED = 20


def report_page(simulation: Simulation, words: Words | None = None) -> str:
    """The page's HTML; English without `words`."""
    words = words or report_words("en")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "simulation"),
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
