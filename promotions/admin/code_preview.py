"""While somebody types how codes shall look: examples, how many there can be, and whether that will do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core import project
from promotions import code_words, random_codes
from promotions.admin.forms.charsets import code_config
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Campaign
from promotions.services import code_batches

BOX: Final = "promotions/admin/code_preview_box.html"
_EXAMPLES: Final = 4
_LONGEST: Final = 9


class CodePreviewWidget(forms.Widget):
    """A box that fills itself while the fields of its form change."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(BOX, box())

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        return None


class CodePreviewField(forms.Field):
    widget = CodePreviewWidget

    def __init__(self) -> None:
        super().__init__(required=False, label="What you get")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def box(campaign_id: Any = None) -> dict[str, Any]:
    """What the template of the box wants. `campaign_id`: codes are added to this campaign."""
    url = reverse("admin:promotions_campaign_code_preview")
    return {"preview_url": f"{url}?campaign={campaign_id}" if campaign_id else url}


def answer(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    """The inside of the box for what is in the form now. `campaign`: codes are added to it."""
    given = request.GET
    context: dict[str, Any] = {}
    try:
        config = _config(given, campaign)
        count, settings = _count(given), project.current()
        live = count + (campaign.vouchers_count if campaign else 0)
        ignore_case = settings.case_insensitive_codes
        context = {
            "examples": list(dict.fromkeys(random_codes.draw(config, _EXAMPLES))),
            "possible": code_words.possible(config.capacity(ignore_case=ignore_case)),
            "weakness": code_words.weakness(config, live=max(live, 1), ignore_case=ignore_case),
        }
        if count:
            code_batches.check(config=config, count=count, settings=settings)
    except InvalidCodeConfig as refusal:
        context |= {"refusal": refusal.details, "weakness": ""}
    return render(request, "promotions/admin/code_preview.html", context)


def _config(given: Mapping[str, str], campaign: Campaign | None) -> CodeConfig:
    pattern, charset = given.get("pattern", ""), given.get("charset", "")
    if campaign is None:
        return CodeConfig.from_wire(code_config(pattern, charset, given.get("characters", "")))
    return CodeConfig.from_wire(added_config(campaign, pattern, charset) or campaign.code_config)


def added_config(campaign: Campaign, pattern: str, charset: str) -> dict[str, Any] | None:
    """How added codes shall look, in wire form; None: as the campaign's other codes."""
    if not pattern and not charset:
        return None
    config = dict(campaign.code_config)
    if charset:
        config["charset"] = code_config("", charset)["charset"]
    # A pattern of its own stands alone; otherwise the campaign's beginning and end stay.
    return {**config, "pattern": pattern, "prefix": "", "postfix": ""} if pattern else config


def _count(given: Mapping[str, str]) -> int:
    text = given.get("count") or given.get("codes_wanted") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else 0
