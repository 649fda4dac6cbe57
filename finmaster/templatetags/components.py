"""Components that wrap markup of the page: cards, tables, banners and their like.

Load with `{% load components %}`. Each tag renders `templates/components/<name>.html`, which
says what its arguments mean, with the markup between the tags as `content`. Components without
markup of the page inside them are plain includes.
"""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


def _render(name: str, content: SafeString, values: dict[str, Any]) -> SafeString:
    """Render one component around `content`; blank content counts as none."""
    context = {**values, "content": content if content.strip() else ""}
    return render_to_string(f"components/{name}.html", context)


@register.simple_block_tag
def page_header(content: SafeString, title: str, **values: Any) -> SafeString:
    """Title of the page; the content holds its actions."""
    return _render("page_header", content, {"title": title, **values})


@register.simple_block_tag
def card(content: SafeString, title: str = "", **values: Any) -> SafeString:
    """Raised surface with an optional title and one action in its corner."""
    return _render("card", content, {"title": title, **values})


@register.simple_block_tag
def data_table(content: SafeString, id: str, caption: str, **values: Any) -> SafeString:
    """Table with caption in a scrolling region; the content holds thead, tbody and tfoot."""
    return _render("data_table", content, {"id": id, "caption": caption, **values})


@register.simple_block_tag
def banner(content: SafeString, tone: str, title: str, **values: Any) -> SafeString:
    """What happened, what it means and what to do; the content holds links or buttons."""
    return _render("banner", content, {"tone": tone, "title": title, **values})


@register.simple_block_tag
def empty_state(content: SafeString, title: str, text: str = "") -> SafeString:
    """Why there is nothing here yet; the content holds the one action that changes it."""
    return _render("empty_state", content, {"title": title, "text": text})


@register.simple_block_tag
def confirmation(content: SafeString, title: str, **values: Any) -> SafeString:
    """Last look before an act with consequences; the content holds its form."""
    return _render("confirmation", content, {"title": title, **values})


@register.simple_block_tag
def button_row(content: SafeString, back_url: str = "", back_label: str = "") -> SafeString:
    """Buttons under a form, the main one first, then a link back."""
    return _render("button_row", content, {"back_url": back_url, "back_label": back_label})
