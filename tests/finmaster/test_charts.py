"""Bar charts: a drawing that any browser reads, and that says what its values say."""

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from finmaster.charts import GROUP_WIDTH, HEIGHT, BarChart, Group, bar_chart

SERIES = ("Loonkosten", "Nettoloon")
SVG = "{http://www.w3.org/2000/svg}"
amounts = st.none() | st.decimals("-999999999.99", "999999999.99", places=2)
charts = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=13)


def chart_of(*values: tuple[Decimal | None, ...], marked: int | None = None) -> BarChart:
    return bar_chart(
        title="Lonen & lasten",
        description="Vorig <jaar>",
        series=SERIES,
        groups=[
            Group(f"{number}", f"Periode {number}", one, is_marked=number == marked)
            for number, one in enumerate(values)
        ],
    )


def shown(chart: BarChart, language: str = "nl") -> str:
    with translation.override(language):
        return render_to_string(
            "components/bar_chart.html",
            {
                "chart": chart,
                "id": "lonen",
                "caption": "Lonen",
                "heading": "Periode",
                "mark": "deze run",
            },
        )


def drawing(chart: BarChart, language: str = "nl") -> ElementTree.Element:
    page = shown(chart, language)
    start, end = page.index("<svg"), page.index("</svg>") + len("</svg>")
    svg = page[start:end].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


@given(charts)
def test_every_value_has_a_bar_within_the_drawing_and_in_proportion(
    values: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    chart = chart_of(*values)

    told = [value for group in values for value in group if value is not None]
    assert len(chart.bars) == len(told)
    low, high = (Decimal(tick.replace(".", "")) for tick in (chart.ticks[-1], chart.ticks[0]))
    assert low <= min([0, *told])
    assert high >= max([0, *told])
    zero, slack = Decimal(chart.zero), Decimal("0.02")
    for bar, value in zip(chart.bars, told, strict=True):
        x, y, width, height = map(Decimal, (bar.x, bar.y, bar.width, bar.height))
        assert 0 <= x <= x + width <= chart.width
        assert -slack <= y <= y + height <= HEIGHT + slack
        assert abs(height - HEIGHT * abs(value) / (high - low)) <= slack
        # What is below zero hangs from the line of zero, all else stands on it.
        assert abs((y if value < 0 else y + height) - zero) <= slack


@given(charts)
def test_the_scale_has_few_round_steps_of_equal_size(
    values: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    chart = chart_of(*values)

    ticks = [int(tick.replace(".", "")) for tick in chart.ticks]
    (step,) = {one - other for one, other in pairwise(ticks)}
    assert 2 <= len(ticks) == len(chart.lines) <= 7
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert 0 in ticks


def test_bars_of_a_group_stand_beside_each_other_in_the_order_of_the_series() -> None:
    chart = chart_of((Decimal(1), Decimal(2)), (None, Decimal(2)))

    assert [bar.series for bar in chart.bars] == [1, 2, 2]
    first, second, third = chart.bars
    assert Decimal(first.x) + Decimal(first.width) == Decimal(second.x)
    assert Decimal(third.x) - Decimal(second.x) == GROUP_WIDTH


def test_few_groups_stand_at_the_left_with_a_label_or_room_below_each_place() -> None:
    one, many = chart_of((Decimal(1), Decimal(2))), chart_of(*[(Decimal(1), Decimal(2))] * 13)

    assert (one.width, len(one.free_places)) == (6 * GROUP_WIDTH, 5)
    assert (many.width, len(many.free_places)) == (13 * GROUP_WIDTH, 0)
    assert all(Decimal(bar.x) < GROUP_WIDTH for bar in one.bars)
    for chart in (one, many):
        labels = shown(chart).partition('class="bar-chart__labels"')[2].partition("</div>")[0]
        assert labels.count("<span") * GROUP_WIDTH == chart.width


def test_a_group_has_a_value_for_each_series() -> None:
    with pytest.raises(ValueError, match="one value for each series"):
        chart_of((Decimal(1),))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_drawing_is_well_formed_and_told_in_words(language: str) -> None:
    svg = drawing(chart_of((Decimal("1234.56"), Decimal(-5)), marked=0), language)

    assert svg.attrib["role"] == "img"
    texts = {part.attrib["id"]: part.text for part in svg if "id" in part.attrib}
    assert [texts[one] for one in svg.attrib["aria-labelledby"].split()] == [
        "Lonen & lasten",
        "Vorig <jaar>",
    ]
    bars = [one for one in svg if one.attrib.get("class", "").startswith("bar-chart__bar ")]
    assert len(bars) == 2
    for bar in bars:
        for side in ("x", "y", "width", "height"):
            Decimal(bar.attrib[side])


def test_no_style_and_no_script_stands_in_the_page() -> None:
    page = shown(chart_of((Decimal(1), Decimal(2)), marked=0))

    assert "style=" not in page
    assert "<script" not in page
    assert "<style" not in page
    assert "fill=" not in page


def test_the_numbers_stand_in_a_table_and_what_is_missing_is_a_dash() -> None:
    page = shown(chart_of((Decimal("1234.56"), None), (Decimal(3), Decimal(4)), marked=1))

    assert page.index("<details>") < page.index("1.234,56") < page.index("</details>")
    assert '<td class="amount" data-label="Nettoloon">\N{EN DASH}</td>' in page
    table = page[page.index("<tbody>") :]
    assert table.index("Periode 0") < table.index("Periode 1") < table.index("deze run")
    assert table.count("deze run") == 1


def test_what_is_marked_is_told_in_the_legend() -> None:
    assert "Deze run" in shown(chart_of((Decimal(1), Decimal(2)), marked=0))
    assert "Deze run" not in shown(chart_of((Decimal(1), Decimal(2))))
