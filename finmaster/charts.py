"""Bar charts, drawn by the server as SVG: without script, and coloured by the style sheet alone.

Shown by `templates/components/bar_chart.html`. The drawing has no text in it, so that it may be
stretched to any width; what stands around it is HTML.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

GROUP_WIDTH = 100
# Of a group's width, at each of its sides.
MARGIN = 14
HEIGHT = 100
# Fewer groups leave room at the right, or their bars would be as wide as walls.
FEWEST_PLACES = 6
MOST_INTERVALS = 4
NICE_STEPS = (1, 2, 5, 10)

Values = tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that stand together: a value for each series in euros, `None` where there is none.

    `label` is short and stands below them, `name` is whole and stands in the table. A marked group
    is the one that the reader is looking at.
    """

    label: str
    name: str
    values: Values
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of the drawing. Coordinates are text, because SVG knows no decimal comma."""

    x: str
    y: str
    width: str
    height: str
    series: int


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart as its component shows it; `series` are the names, counted from 1 in `bars`.

    `ticks` label the scale from top to bottom, as far apart as the `lines`, whose heights they are;
    `bands` lie behind marked groups.
    """

    title: str
    description: str
    series: tuple[str, ...]
    groups: tuple[Group, ...]
    ticks: tuple[str, ...]
    lines: tuple[str, ...]
    zero: str
    bars: tuple[Rectangle, ...]
    bands: tuple[Rectangle, ...]
    width: int
    height: int = HEIGHT

    @property
    def free_places(self) -> range:
        """The places at the right where no group stands."""
        return range(len(self.groups), self.width // GROUP_WIDTH)

    @property
    def rows(self) -> list[tuple[Group, list[tuple[str, Decimal | None]]]]:
        """Each group with the name and the value of each series, for the table."""
        return [(group, list(zip(self.series, group.values, strict=True))) for group in self.groups]


def bar_chart(
    *, title: str, description: str, series: Sequence[str], groups: Iterable[Group]
) -> BarChart:
    """Draw groups of bars on one scale that holds zero and every value; linear.

    ValueError for a group that has not exactly one value for each series.
    """
    groups = tuple(groups)
    if any(len(group.values) != len(series) for group in groups):
        raise ValueError("A group has one value for each series.")
    scale = _scale([value for group in groups for value in group.values if value is not None])
    low, high = scale[0], scale[-1]
    return BarChart(
        title=title,
        description=description,
        series=tuple(series),
        groups=groups,
        ticks=tuple(_whole_euros(tick) for tick in reversed(scale)),
        lines=tuple(_number(_height_of(tick, low, high)) for tick in reversed(scale)),
        zero=_number(_height_of(Decimal(0), low, high)),
        bars=tuple(
            bar
            for place, group in enumerate(groups)
            for bar in _bars(place, group.values, low, high)
        ),
        bands=tuple(
            Rectangle(str(place * GROUP_WIDTH), "0", str(GROUP_WIDTH), str(HEIGHT), 0)
            for place, group in enumerate(groups)
            if group.is_marked
        ),
        width=GROUP_WIDTH * max(FEWEST_PLACES, len(groups)),
    )


def _scale(values: Sequence[Decimal]) -> list[Decimal]:
    """Round numbers of whole euros, equally far apart, around zero and all values."""
    lowest, highest = min([Decimal(0), *values]), max([Decimal(0), *values])
    step = _step(highest - lowest)
    first = (lowest / step).to_integral_value(ROUND_FLOOR)
    last = max((highest / step).to_integral_value(ROUND_CEILING), first + 1)
    return [step * number for number in range(int(first), int(last) + 1)]


def _step(span: Decimal) -> Decimal:
    """The smallest of 1, 2, 5, 10, 20, … of which few enough fill the span."""
    rough = max(span / MOST_INTERVALS, Decimal(1))
    magnitude = Decimal(1).scaleb(rough.adjusted())
    return next(magnitude * nice for nice in NICE_STEPS if magnitude * nice >= rough)


def _height_of(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """How far below the top a value is drawn."""
    return HEIGHT * (high - value) / (high - low)


def _bars(place: int, values: Values, low: Decimal, high: Decimal) -> Iterable[Rectangle]:
    width = Decimal(GROUP_WIDTH - 2 * MARGIN) / len(values)
    zero = _height_of(Decimal(0), low, high)
    for number, value in enumerate(values):
        if value is None:
            continue
        end = _height_of(value, low, high)
        yield Rectangle(
            x=_number(place * GROUP_WIDTH + MARGIN + number * width),
            y=_number(min(zero, end)),
            width=_number(width),
            height=_number(abs(zero - end)),
            series=number + 1,
        )


def _number(value: Decimal) -> str:
    return f"{value:.2f}"


def _whole_euros(value: Decimal) -> str:
    return f"{value:,.0f}".replace(",", ".")
