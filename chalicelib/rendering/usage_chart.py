"""Bars of a year's water as SVG. Estimated months are hatched; every text has its font."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from markupsafe import Markup, escape

WIDTH, HEIGHT = 250, 118
_LEFT, _TOP, _BOTTOM = 24, 12, 20  # room for the scale, the figures above bars, months and years
_FEWEST_SLOTS = 6
_HATCH = 3
_STEPS = tuple(map(Decimal, ("2", "2.5", "5", "10", "20", "25", "50")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month. `slot` counts months from the oldest; `year` is said below where one begins."""

    slot: int
    quantity: Decimal
    month: str = ""
    year: str = ""
    figure: str = ""  # printed above the bar
    estimated: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """How a chart is painted: SVG attributes by part, colors in a PDF, classes in HTML."""

    bar: str
    now: str
    hatch: str
    grid: str
    text: str
    odd: str  # every second month: a narrow screen has no room for it
    strong: str
    paper: str


def printed_ink(*, bar: str, now: str, font: str) -> Ink:
    """Attributes with colors and a font, for a renderer that knows no style sheet inside SVG."""
    text = f'fill="#46505a" font-family="{font}" font-size="7"'
    return Ink(
        bar=f'fill="{bar}"',
        now=f'fill="{now}"',
        hatch=f'fill="none" stroke="{bar}" stroke-width=".9"',
        grid='stroke="#d5dade" stroke-width=".5"',
        text=text,
        odd=text,
        paper='fill="#fff"',
        strong=f'fill="#111" font-family="{font}" font-size="7.5" font-weight="700"',
    )


SCREEN_INK = Ink(
    bar='class="bar"',
    now='class="now"',
    hatch='class="hatch"',
    grid='class="grid"',
    text='class="tick"',
    odd='class="tick odd"',
    strong='class="figure"',
    paper='class="paper"',
)


def usage_chart(
    bars: Iterable[Bar], *, title: str, ink: Ink, number: Callable[[Decimal], str], rtl: bool = False
) -> Markup:
    """An SVG element with the bars in time's order; `title` tells it to those who do not see it."""
    shown = list(bars)
    slots = max(_FEWEST_SLOTS, max(bar.slot for bar in shown) + 1)
    most = max((bar.quantity for bar in shown), default=Decimal(0))
    step = _step(most)
    top = max(step, (most / step).to_integral_value(ROUND_CEILING) * step)
    frame = _Frame(slots=slots, top=top, rtl=rtl)
    parts = [*_scale(frame, step, ink, number)]
    parts += _bars(frame, shown, ink)
    for bar in shown:
        parts += _labels(frame, bar, ink)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" role="img">'
        "<title>{}</title>{}</svg>"
    ).format(WIDTH, HEIGHT, title, Markup("".join(parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where things are: time runs to the right, or to the left with the scale on the other side."""

    slots: int
    top: Decimal
    rtl: bool

    @property
    def pitch(self) -> Decimal:
        return Decimal(WIDTH - _LEFT) / self.slots

    @property
    def width(self) -> Decimal:
        """Of a bar."""
        return min(self.pitch * Decimal("0.68"), Decimal(18))

    def middle(self, slot: int) -> Decimal:
        x = _LEFT + self.pitch * (Decimal(slot) + Decimal("0.5"))
        return WIDTH - x if self.rtl else x

    def height(self, quantity: Decimal) -> Decimal:
        return Decimal(HEIGHT - _TOP - _BOTTOM) * max(quantity, Decimal(0)) / self.top

    def y(self, quantity: Decimal) -> Decimal:
        return HEIGHT - _BOTTOM - self.height(quantity)


def _scale(frame: _Frame, step: Decimal, ink: Ink, number: Callable[[Decimal], str]) -> Iterable[str]:
    start, end = (0, WIDTH - _LEFT) if frame.rtl else (_LEFT, WIDTH)
    x = WIDTH if frame.rtl else _LEFT - 4
    lines, mark = [], Decimal(0)
    while mark <= frame.top:
        y = frame.y(mark)
        lines.append(f"M{start} {_at(y)}H{end}")
        place = f'text-anchor="end" x="{x}" y="{_at(y + Decimal("2.5"))}"'
        yield f"<text {ink.text} {place}>{escape(number(mark))}</text>"
        mark += step
    yield f'<path {ink.grid} d="{"".join(lines)}"/>'


def _bars(frame: _Frame, shown: Iterable[Bar], ink: Ink) -> Iterable[str]:
    """One path for all bars that are painted alike: an element each takes a printer's time."""
    paths: dict[str, str] = {}
    for bar in shown:
        x, y = frame.middle(bar.slot) - frame.width / 2, frame.y(bar.quantity)
        height = frame.height(bar.quantity)
        if height:
            paint = ink.hatch if bar.estimated else ink.now if bar.now else ink.bar
            hatching = _hatching(x, y, frame.width, height) if bar.estimated else ""
            paths[paint] = paths.get(paint, "") + _outline(x, y, frame.width, height) + hatching
    return [f'<path {paint} d="{path}"/>' for paint, path in paths.items()]


def _labels(frame: _Frame, bar: Bar, ink: Ink) -> Iterable[str]:
    middle = frame.middle(bar.slot)
    if bar.figure:
        x, y = middle - Decimal(4) * len(bar.figure) / 2 - 1, frame.y(bar.quantity)
        yield f'<path {ink.paper} d="{_outline(x, y - 9, Decimal(4) * len(bar.figure) + 2, Decimal(8))}"/>'
        yield _text(ink.strong, middle, frame.y(bar.quantity) - 3, bar.figure)
    if bar.month:
        paint = ink.odd if bar.slot % 2 else ink.text
        yield _text(paint, middle, Decimal(HEIGHT - _BOTTOM + 9), bar.month)
    if bar.year:
        yield _text(ink.text, middle, Decimal(HEIGHT - 2), bar.year)


def _outline(x: Decimal, y: Decimal, width: Decimal, height: Decimal) -> str:
    return f"M{_at(x)} {_at(y)}h{_at(width)}v{_at(height)}h-{_at(width)}z"


def _hatching(x: Decimal, y: Decimal, width: Decimal, height: Decimal) -> str:
    """Lines at 45° from the left or bottom edge to the top or right edge of a bar."""
    lines, offset = [], Decimal(_HATCH)
    while offset < width + height:
        start_x, start_y = (x, y + offset) if offset <= height else (x + offset - height, y + height)
        end_x, end_y = (x + offset, y) if offset <= width else (x + width, y + offset - width)
        lines.append(f"M{_at(start_x)} {_at(start_y)}L{_at(end_x)} {_at(end_y)}")
        offset += _HATCH
    return "".join(lines)


def _text(paint: str, x: Decimal, y: Decimal, text: str) -> str:
    return f'<text {paint} text-anchor="middle" x="{_at(x)}" y="{_at(y)}">{escape(text)}</text>'


def _step(most: Decimal) -> Decimal:
    """A round distance between the lines of the scale: three to five of them reach `most`."""
    if most <= 0:
        return Decimal(1)
    unit = Decimal(10) ** (most.adjusted() - 1)
    return next(unit * factor for factor in _STEPS if most / (unit * factor) <= 4)


def _at(value: Decimal) -> str:
    """A coordinate to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
