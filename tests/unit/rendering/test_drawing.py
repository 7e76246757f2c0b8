"""What is drawn: the chart, the code on the stub, the logo, and colors that can be read."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from chalicelib.rendering.colors import NotAColor, palette
from chalicelib.rendering.logo import UnreadableLogo, clean_logo
from chalicelib.rendering.stub_code import stub_code
from chalicelib.rendering.usage_chart import SCREEN_INK, Bar, printed_ink, usage_chart
from tests.bill_examples import LOGO

_SVG = "{http://www.w3.org/2000/svg}"
_INK = printed_ink(bar="#6090c0", now="#0b5394", font="Headgate Sans")


def chart(*bars: Bar, rtl: bool = False) -> ElementTree.Element:
    drawn = usage_chart(bars, title="Water & more", ink=_INK, number=lambda value: f"{value:g}", rtl=rtl)
    return ElementTree.fromstring(drawn)


def bar(slot: int, quantity: int, **how: bool | str) -> Bar:
    return Bar(slot=slot, quantity=Decimal(quantity), month=f"m{slot}", **how)  # type: ignore[arg-type]


def test_a_chart_tells_itself_in_its_title() -> None:
    assert chart(bar(0, 5)).findtext(f"{_SVG}title") == "Water & more"


def test_an_estimated_month_is_hatched_and_not_filled() -> None:
    paths = chart(bar(0, 5), bar(1, 5, estimated=True)).findall(f"{_SVG}path")
    hatched = [path for path in paths if path.get("stroke") == "#6090c0"]
    assert [path.get("fill") for path in hatched] == ["none"]
    assert str(hatched[0].get("d")).count("L") > 5


def test_a_month_without_a_bill_leaves_a_gap() -> None:
    def labels(*bars: Bar) -> dict[str, Decimal]:
        texts = chart(*bars).findall(f"{_SVG}text")
        months = [text for text in texts if str(text.text).startswith("m")]
        return {str(text.text): Decimal(str(text.get("x"))) for text in months}

    close, far = labels(bar(0, 1), bar(1, 1), bar(9, 1)), labels(bar(0, 1), bar(2, 1), bar(9, 1))
    assert far["m2"] - far["m0"] == pytest.approx(2 * (close["m1"] - close["m0"]), abs=Decimal("0.3"))


def test_every_text_of_a_printed_chart_has_its_font() -> None:
    texts = chart(bar(0, 5, figure="5", year="2026"), bar(1, 7, now=True)).findall(f"{_SVG}text")
    assert {text.get("font-family") for text in texts} == {"Headgate Sans"}


def test_a_year_without_water_is_a_flat_line_and_no_error() -> None:
    assert len(chart(bar(0, 0), bar(1, 0)).findall(f"{_SVG}text")) == 4


def test_time_runs_the_other_way_from_right_to_left() -> None:
    def first(rtl: bool) -> Decimal:
        texts = chart(bar(0, 1), bar(12, 1), rtl=rtl).findall(f"{_SVG}text")
        return next(Decimal(str(text.get("x"))) for text in texts if text.text == "m0")

    assert first(rtl=False) < 60 < 190 < first(rtl=True)


@pytest.mark.parametrize("most", ["0.4", "1", "3", "7", "22", "95", "480", "12500"])
def test_the_scale_has_few_round_marks_and_covers_the_highest_bar(most: str) -> None:
    drawn = usage_chart(
        [Bar(slot=0, quantity=Decimal(most))], title="", ink=SCREEN_INK, number=lambda value: f"{value:f}"
    )
    marks = [Decimal(str(text.text)) for text in ElementTree.fromstring(drawn).findall(f"{_SVG}text")]
    assert 2 <= len(marks) <= 6
    assert max(marks) >= Decimal(most)


def test_the_code_has_a_quiet_zone_and_says_what_it_is() -> None:
    code = ElementTree.fromstring(stub_code("https://pay.example/b/1?a=2&c=3", title="Pay <here>"))
    side = int(str(code.get("viewBox")).split()[2])
    assert code.findtext(f"{_SVG}title") == "Pay <here>"
    runs = str(code.findall(f"{_SVG}path")[1].get("d")).split("M")[1:]
    starts = [run.split("h")[0].split() for run in runs]
    assert min(int(x) for x, _ in starts) == 4
    assert max(Decimal(y) for _, y in starts) < side - 4


def test_a_logo_keeps_its_drawing() -> None:
    clean = clean_logo(LOGO, title="Riverbend")
    assert clean.count("<path") == 2
    assert 'fill="#9fc5e8"' in clean
    assert "<title>Riverbend</title>" in clean
    assert clean_logo("  ") == ""


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<a href="https://evil.example"><path d="M0 0"/></a>',
        '<image href="https://evil.example/x.png"/>',
        '<use href="file:///etc/passwd"/>',
        '<path d="M0 0" onclick="alert(1)"/>',
        '<path d="M0 0" fill="url(https://evil.example/#a)"/>',
        '<path d="M0 0" style="background:url(//evil.example)"/>',
        "<style>@import 'https://evil.example'</style>",
        "<foreignObject><iframe src='//evil.example'/></foreignObject>",
    ],
)
def test_nothing_but_drawing_is_left_of_a_logo(bad: str) -> None:
    clean = clean_logo(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{bad}</svg>')
    for word in ("script", "href", "evil", "file:", "onclick", "style", "import", "iframe", "foreign"):
        assert word not in clean


@pytest.mark.parametrize(
    "unreadable",
    [
        "<svg",
        "<div xmlns='http://www.w3.org/1999/xhtml'/>",
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
    ],
)
def test_a_logo_that_is_no_svg_element_is_refused(unreadable: str) -> None:
    with pytest.raises(UnreadableLogo, match="svg"):
        clean_logo(unreadable)


@pytest.mark.parametrize("color", ["#0b5394", "#ffee00", "#ffffff", "#000000", "#7fb069", "#c1121f"])
def test_any_brand_color_can_be_read(color: str) -> None:
    shades = palette(color)
    assert contrast(shades.brand, shades.on_brand) >= 4.5
    assert contrast(shades.ink, "#ffffff") >= 4.5
    assert contrast(shades.ink, shades.tint) >= 4.5
    assert contrast(shades.night_ink, "#1c2229") >= 4.5
    assert contrast(shades.bar, "#ffffff") >= 3
    assert contrast(shades.night_bar, "#1c2229") >= 3


@pytest.mark.parametrize("wrong", ["blue", "#fff", "#0b539", "red;background:url(x)", ""])
def test_what_is_no_color_is_refused(wrong: str) -> None:
    with pytest.raises(NotAColor, match="#rrggbb"):
        palette(wrong)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio, written down once more."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
