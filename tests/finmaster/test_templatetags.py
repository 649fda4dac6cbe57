"""Amounts, dates and components look the same on every page and in every language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from finmaster.templatetags import finmaster as tags

AMOUNTS = st.decimals(
    min_value=Decimal("-999999999999.99"), max_value=Decimal("999999999999.99"), places=2
)


def render(source: str, **context: object) -> str:
    return Template("{% load finmaster components %}" + source).render(Context(context))


class TestAmount:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("1234.56"), "1.234,56"),
            (Decimal("-1234567.8"), "-1.234.567,80"),
            (Decimal("999.99"), "999,99"),
            (Decimal("1E+3"), "1.000,00"),
            (Decimal(0), "0,00"),
            (Decimal("-0.00"), "0,00"),
            (Decimal("1.500"), "1,50"),
            (None, ""),
            ("", ""),
        ],
    )
    def test_is_written_with_point_comma_and_two_decimals(self, value, text):
        assert tags.amount(value) == text

    @given(AMOUNTS)
    def test_can_be_read_back_exactly(self, value):
        text = tags.amount(value)
        assert Decimal(text.replace(".", "").replace(",", ".")) == value
        assert text.isascii()

    @pytest.mark.parametrize("value", [1.5, 15, "1.50", True])
    def test_refuses_what_is_not_a_decimal(self, value):
        with pytest.raises(TypeError):
            tags.amount(value)

    @pytest.mark.parametrize("text", ["1.005", "NaN", "Infinity"])
    def test_refuses_parts_of_a_cent_and_what_is_not_a_number(self, text):
        with pytest.raises(ValueError, match="whole cents"):
            tags.amount(Decimal(text))

    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_does_not_follow_the_language(self, language):
        with translation.override(language):
            assert render("{{ value|amount }}", value=Decimal("1234.50")) == "1.234,50"

    def test_leaves_the_empty_side_of_a_line_blank(self):
        assert tags.amount_or_blank(Decimal("0.00")) == ""
        assert tags.amount_or_blank(None) == ""
        assert tags.amount_or_blank(Decimal("0.01")) == "0,01"

    def test_takes_an_absent_variable_for_nothing(self):
        assert render("[{{ absent|amount }}{{ absent|euro }}{{ absent|nl_date }}]") == "[]"

    def test_gets_a_euro_sign_that_stays_with_it(self):
        assert tags.euro(Decimal("1234.56")) == "€\N{NO-BREAK SPACE}1.234,56"
        assert tags.euro(Decimal("-1.5")) == "€\N{NO-BREAK SPACE}-1,50"
        assert tags.euro(Decimal(0)) == "€\N{NO-BREAK SPACE}0,00"
        assert tags.euro(None) == ""


class TestDates:
    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_a_date_has_its_day_first(self, language):
        with translation.override(language):
            assert tags.nl_date(date(2026, 1, 31)) == "31-01-2026"

    def test_a_moment_is_shown_in_dutch_time(self):
        winter = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
        summer = datetime(2026, 7, 1, 12, 5, tzinfo=UTC)
        assert tags.nl_datetime(winter) == "01-01-2026 00:30"
        assert tags.nl_date(winter) == "01-01-2026"
        assert tags.nl_datetime(summer) == "01-07-2026 14:05"

    def test_nothing_stays_nothing(self):
        assert tags.nl_date(None) == tags.nl_date("") == ""
        assert tags.nl_datetime(None) == tags.nl_datetime("") == ""

    @pytest.mark.parametrize("show", [tags.nl_date, tags.nl_datetime])
    def test_a_moment_without_a_zone_is_refused(self, show):
        with pytest.raises(ValueError, match="time zone"):
            show(datetime(2026, 1, 1))  # noqa: DTZ001

    def test_other_things_are_refused(self):
        with pytest.raises(TypeError):
            tags.nl_date("2026-01-31")
        with pytest.raises(TypeError):
            tags.nl_datetime(date(2026, 1, 31))


class TestIcon:
    @pytest.mark.parametrize("name", tags.ICONS)
    def test_is_hidden_from_screen_readers_and_has_no_style_of_its_own(self, name):
        html = tags.icon(name)
        assert html.startswith("<svg ")
        assert 'aria-hidden="true"' in html
        assert "style" not in html

    def test_an_unknown_one_is_a_mistake(self):
        with pytest.raises(KeyError):
            tags.icon("unicorn")


def test_lookup_finds_a_value_by_a_variable_key():
    assert tags.lookup({"adopt": "Same codes"}, "adopt") == "Same codes"
    assert tags.lookup({}, "adopt") == ""
    assert tags.lookup("", "adopt") == ""


class TestComponents:
    def test_a_table_can_be_reached_and_says_what_it_is(self):
        html = render(
            '{% data_table id="lines" caption=caption %}<tbody></tbody>{% enddata_table %}',
            caption="Lines < totals",
        )
        assert 'role="region" aria-labelledby="lines-caption" tabindex="0"' in html
        assert '<caption id="lines-caption">' in html
        assert "Lines &lt; totals" in html
        assert "<tbody></tbody>" in html

    @pytest.mark.parametrize(("difference", "words"), [("0.00", "In balance"), ("0.01", "Not in")])
    def test_totals_say_in_words_whether_they_balance(self, difference, words):
        with translation.override("en"):
            html = render(
                '{% include "components/totals.html" with span=2 %}',
                debit=Decimal(10),
                credit=Decimal(10),
                difference=Decimal(difference),
            )
        assert words in html
        assert html.count("10,00") == 2

    @pytest.mark.parametrize(("tone", "announced"), [("error", True), ("info", False)])
    def test_only_an_error_interrupts_a_screen_reader(self, tone, announced):
        html = render('{% banner tone "Loket.nl is away" cure="Wait" %}{% endbanner %}', tone=tone)
        assert ('role="alert"' in html) is announced
        assert "Loket.nl is away" in html
        assert "banner__actions" not in html

    def test_wrapped_markup_is_kept_and_texts_are_escaped(self):
        html = render(
            "{% card title=title %}<p>{{ name }}</p>{% endcard %}"
            '{% empty_state "None" %}<a href="#">Add</a>{% endempty_state %}'
            '{% page_header "Title" status="Booked" tone="success" %}{% endpage_header %}'
            '{% confirmation "Book" amount=amount %}<form></form>{% endconfirmation %}'
            '{% button_row back_url="/back" %}<button>Go</button>{% endbutton_row %}',
            title="A & B",
            name="<b>",
            amount=Decimal("0.00"),
        )
        for part in ("A &amp; B", "<p>&lt;b&gt;</p>", '<a href="#">Add</a>', "<form></form>"):
            assert part in html
        assert '<span class="tag tag--success">Booked</span>' in html
        assert "€\N{NO-BREAK SPACE}0,00" in html
        assert 'href="/back"' in html


class ConnectionForm(forms.Form):
    user_name = forms.CharField(label="User name", help_text="In Loket.nl")
    chart_mode = forms.ChoiceField(
        choices=[("adopt", "Adopt"), ("transpose", "Transpose")], widget=forms.RadioSelect
    )
    note = forms.CharField(required=False)


class TestForms:
    def test_a_field_has_its_label_above_and_its_hint_linked(self):
        html = str(ConnectionForm()["user_name"].as_field_group())
        assert '<label for="id_user_name">User name</label>' in html
        assert 'id="id_user_name_helptext">In Loket.nl' in html
        assert 'aria-describedby="id_user_name_helptext"' in html
        assert html.index("<label") < html.index("helptext") < html.index("<input")

    def test_only_what_may_be_left_out_is_marked(self):
        with translation.override("en"):
            form = ConnectionForm()
            assert "(optional)" in str(form["note"].as_field_group())
            assert "(optional)" not in str(form["user_name"].as_field_group())

    def test_a_mistake_is_linked_to_its_field(self):
        html = str(ConnectionForm({})["user_name"].as_field_group())
        assert 'id="id_user_name_error"' in html
        assert 'aria-describedby="id_user_name_helptext id_user_name_error"' in html
        assert 'aria-invalid="true"' in html

    def test_the_summary_leads_to_each_field(self):
        source = '{% include "components/error_summary.html" %}'
        html = render(source, form=ConnectionForm({}))
        assert 'href="#id_user_name"' in html
        assert 'href="#id_chart_mode_0"' in html
        assert render(source, form=ConnectionForm()).strip() == ""

    def test_each_choice_has_its_explanation(self):
        html = render(
            '{% include "components/choice_cards.html" with field=form.chart_mode %}',
            form=ConnectionForm({"chart_mode": "transpose"}),
            explanations={"adopt": "Same codes", "transpose": "By a table"},
        )
        assert 'id="id_chart_mode_1_text">By a table' in html
        assert 'value="transpose" id="id_chart_mode_1" checked required' in html
        assert html.count(" checked") == 1


class TestFrame:
    def test_mistakes_come_first_in_the_title(self):
        request = RequestFactory().get("/")
        template = Template('{% extends "base.html" %}{% block title %}New{% endblock %}')
        with translation.override("en"):
            wrong = template.render(Context({"form": ConnectionForm({}), "request": request}))
            right = template.render(Context({"form": ConnectionForm(), "request": request}))
        assert "<title>Error: New" in wrong
        assert "<title>New" in right

    @pytest.mark.parametrize(
        ("environment", "shown"), [("sandbox", True), ("acceptance", True), ("production", False)]
    )
    def test_every_environment_but_production_has_a_ribbon(self, environment, shown):
        html = Template('{% extends "base.html" %}').render(
            Context({"loket_environment": environment})
        )
        assert ("ribbon" in html) is shown

    @pytest.mark.parametrize("name", ["base", "403", "404", "500", "registration/login"])
    def test_needs_no_exception_to_the_content_security_policy(self, name):
        html = Template(f'{{% include "{name}.html" %}}').render(Context({}))
        assert "<html" in html
        for forbidden in (" style=", "<style", "data:", " onclick=", "javascript:", "<script>"):
            assert forbidden not in html
