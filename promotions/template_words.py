"""What a template holds, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from promotions import approval_words
from promotions.models import Campaign, CampaignTemplate
from promotions.services import template_resources as resources

_NOUNS: Final = {
    resources.PRODUCT: "product",
    resources.SKU: "SKU",
    resources.COLLECTION: "product collection",
    resources.SEGMENT: "segment",
}


def kind(template: CampaignTemplate) -> str:
    return (
        "Gift cards" if template.campaign_type == CampaignTemplate.CampaignType.GIFT_VOUCHERS else "Discount"
    )


def sentences(template: CampaignTemplate) -> list[str]:
    """What a campaign of it gives, to whom and when, in the order of reading."""
    return all_sentences([template])[0]


def all_sentences(templates: Sequence[CampaignTemplate]) -> list[list[str]]:
    """The same for many, in as many queries as for one."""
    told = approval_words.introductions("campaign", [_content(one) for one in templates])
    return [
        [_with_names(line, template.content["resources"]) for line in [*lines, codes(template)]]
        for template, lines in zip(templates, told, strict=True)
    ]


def _content(template: CampaignTemplate) -> dict[str, Any]:
    """As a campaign of it would be described, without its name."""
    content = template.content
    settings, time = content["settings"], content["time"]
    said: dict[str, Any] = {
        "discount": content.get("discount"),
        "gift": content.get("gift"),
        "conditions": content.get("conditions"),
        "redemption_quantity": settings["voucher_redemption_quantity"],
        "activity_duration_after_publishing": settings["activity_duration_after_publishing"],
        "start_date": time["starts_at"],
        "expiration_date": time["ends_at"],
        "timeframe_interval": time["timeframe_interval"],
        "timeframe_duration": time["timeframe_duration"],
        "validity_day_of_week": time["days_of_week"],
        "validity_hours": time["validity_hours"],
        "metadata": content["metadata"],
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def codes(template: CampaignTemplate) -> str:
    """Codes: one generic code, such as WELCOME-####"""
    settings = template.content["settings"]
    what = {
        Campaign.Type.STANDALONE: "one for everybody",
        Campaign.Type.AUTO_UPDATE: "a new one for each customer it is sent to",
    }.get(settings["type"], "a pool of unique ones")
    pattern = settings["code_config"].get("pattern")
    return f"Codes: {what}, such as {pattern}" if pattern else f"Codes: {what}"


def listed(template: CampaignTemplate) -> list[str]:
    """What its conditions and discount name, kind by kind."""
    return [
        f"{_NOUNS[one['object']]} {one.get('name') or one.get('sku') or one.get('source_id') or one['id']}"
        for one in template.content["resources"]
    ]


def _with_names(line: str, kept: Sequence[Mapping[str, Any]]) -> str:
    """What is not there (yet) has a name in the template only."""
    for one in kept:
        line = line.replace(one["id"], one.get("name") or one.get("sku") or one["id"])
    return line
