"""`{{ header|spoken }}`: a name of ours in the language of the page. Built in: nothing has to be loaded."""

from __future__ import annotations

from typing import Any

from django import template

from core import languages, undo

register = template.Library()


@register.filter
def spoken(text: Any) -> Any:
    return languages.spoken(text)


@register.filter
def undo_url(message: Any) -> str:
    """Where a message is taken back that says what can be; else empty."""
    return undo.url_in(message.extra_tags)
