"""A utility's logo, cleaned: drawing elements and attributes only, no script, link, style or entity."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from markupsafe import Markup

from chalicelib.domain.kernel.errors import Refusal

_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "id",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "width",
        "height",
        "points",
        "viewBox",
        "transform",
        "preserveAspectRatio",
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "stroke-opacity",
        "opacity",
        "offset",
        "stop-color",
        "stop-opacity",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "clip-path",
        "clip-rule",
        "clipPathUnits",
    ]
)
_VALUE = re.compile(r"[\w\s.,;:#%()+\-]*")
_INNER_LINK = re.compile(r"url\(#[\w-]+\)")


class UnreadableLogo(Refusal):
    """A logo is not one SVG element."""


@lru_cache(16)
def clean_logo(logo_svg: str, *, title: str = "") -> Markup:
    """The logo as it may be put into a page; empty for none. Raises UnreadableLogo.

    Without a `title` it is decoration, beside a name that is there as text.
    """
    if not logo_svg.strip():
        return Markup()
    if "<!" in logo_svg or "<?" in logo_svg.strip()[5:]:
        raise UnreadableLogo("the logo declares a document type or entities: give the <svg> element alone")
    try:
        root = ElementTree.fromstring(logo_svg)
    except ElementTree.ParseError as error:
        raise UnreadableLogo(f"the logo is not well-formed SVG ({error}): give one <svg> element") from None
    if _bare(root.tag) != "svg":
        raise UnreadableLogo(f"the logo is a <{_bare(root.tag)}> element: give one <svg> element")
    clean = _clean(root)
    if "viewBox" not in clean.attrib:
        width, height = clean.get("width", "48"), clean.get("height", "48")
        clean.set("viewBox", f"0 0 {width.rstrip('px')} {height.rstrip('px')}")
    clean.attrib.pop("width", None)
    clean.attrib.pop("height", None)
    clean.set("class", "logo")
    clean.set("xmlns", _SVG)
    if title:
        clean.set("role", "img")
        named = ElementTree.Element("title")
        named.text = title
        clean.insert(0, named)
    else:
        clean.set("aria-hidden", "true")
    return Markup(ElementTree.tostring(clean, encoding="unicode"))


def _clean(element: ElementTree.Element) -> ElementTree.Element:
    kept = ElementTree.Element(_bare(element.tag))
    for name, value in element.attrib.items():
        if name in _ATTRIBUTES and _is_safe(value):
            kept.set(name, value)
    kept.extend(_clean(child) for child in element if _bare(child.tag) in _ELEMENTS)
    return kept


def _is_safe(value: str) -> bool:
    without_inner_links = _INNER_LINK.sub("", value)
    return "url" not in without_inner_links.lower() and _VALUE.fullmatch(without_inner_links) is not None


def _bare(tag: object) -> str:
    """The name of an SVG element without its namespace; nothing for a comment."""
    if not isinstance(tag, str):
        return ""
    return tag.removeprefix(f"{{{_SVG}}}")
