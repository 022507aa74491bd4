"""What a campaign did, in figures: since its beginning, and lately."""

from __future__ import annotations

from datetime import datetime, timedelta

from core import words
from core.admin.pages import Panel
from promotions.models import Campaign
from promotions.selectors import campaign_summaries
from promotions.selectors.campaign_summaries import Period, Summary

_DAYS = 30
_CARDS = (
    ("Credits on new cards", "created_vouchers_amount"),
    ("Credits added", "amount_added"),
    ("Credits removed", "amount_subtracted"),
    ("Paid with cards", "amount_redeemed"),
    ("Given back to cards", "amount_rolledback"),
    ("Left on deleted cards", "amount_deleted"),
)


def panel(campaign: Campaign, now: datetime) -> Panel:
    """The same figures as `GET /v1/campaigns/{id}/summary`."""
    whole = campaign_summaries.summary(campaign, Period())
    lately = campaign_summaries.summary(campaign, Period(since=now - timedelta(days=_DAYS)))
    lines = zip(_lines(campaign, whole), _lines(campaign, lately), strict=True)
    return Panel(
        key="summary",
        title="Summary",
        headers=("", "Since the beginning", f"Last {_DAYS} days"),
        rows=[(name, value, recent) for (name, value), (_, recent) in lines],
        empty="",
    )


def _lines(campaign: Campaign, found: Summary) -> list[tuple[str, str]]:
    lines = [
        ("Validations", words.number(found.validated)),
        ("Refused validations", words.number(found.not_validated)),
        ("Redemptions", words.number(found.succeeded)),
        ("Refused attempts", words.number(found.failed)),
        ("Rolled back", words.number(found.rollbacks)),
        ("Value of the orders, less what was taken back", words.money(found.orders_amount)),
        ("Value of orders taken back", words.money(found.orders_rolledback_amount)),
    ]
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        lines += [
            ("Codes made", words.number(found.vouchers_created)),
            ("Codes deleted", words.number(found.vouchers_deleted)),
            ("Given to customers", words.number(found.published)),
            ("Could not be given", words.number(found.not_published)),
        ]
    if found.cards is not None:
        return [*lines, *((title, words.money(found.cards[name])) for title, name in _CARDS)]
    return [
        *lines,
        ("Discount given, less what was taken back", words.money(found.discounted_amount)),
        ("Discount taken back", words.money(found.rolledback_discounted_amount)),
    ]
