"""The figures of a campaign's performance in words: tiles, shares of channels and stores, refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, ngettext

from core import words
from core.admin.pages import Fact
from core.models import ApiKey, Store
from insights.figures import Share, Totals
from promotions.models import Campaign
from promotions.words import refusal

MOST_ROWS: Final = 12
_TENTHS: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: `percent` draws its bar."""

    name: str
    values: Sequence[str]
    percent: int


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is compared with: its figures, and words that complete “12 …”."""

    totals: Totals
    label: str


def tiles(campaign: Campaign, now: Totals, before: Before | None) -> list[Fact]:
    """What is not known, or cannot be for this kind of campaign, is left out."""
    found = [
        _number(gettext("Redemptions"), "redemptions", now, before, note=_rollbacks(now)),
        _money(gettext("Discount given"), "discount_amount", now, before),
        _money(gettext("Revenue of its orders"), "revenue_amount", now, before, note=_orders(now)),
    ]
    if now.gift_amount or campaign.campaign_type == Campaign.CampaignType.GIFT_VOUCHERS:
        found[1] = _money(gettext("Paid with cards"), "gift_amount", now, before)
    if now.margin_amount is not None:
        found.append(
            Fact(
                title=gettext("Margin of its orders"), value=words.money(now.margin_amount), note=_margin(now)
            )
        )
    if now.points_spent or now.points_earned:
        earned = gettext("%(points)s earned") % {"points": words.number(now.points_earned)}
        found.append(Fact(title=gettext("Points spent"), value=words.number(now.points_spent), note=earned))
    return [
        *found,
        _number(gettext("Customers"), "customers", now, before, note=_customers(now)),
        _number(gettext("Refused"), "refusals", now, before, note=_refused(now)),
        _number(gettext("Validations"), "validations", now, before, note=_validations(now)),
    ]


def channels(found: Sequence[Share]) -> list[Row]:
    keys = ApiKey.objects.filter(app_id__in=[share.key for share in found[:MOST_ROWS]])
    names = dict(keys.values_list("app_id", "name")) | {
        "ADMIN": gettext("A person in this admin"),
        "TASK": gettext("A job of the house"),
        "MANAGEMENT_API": gettext("The management API"),
    }
    return _rows(found, {share.key: names.get(share.key, share.key) for share in found})


def stores(found: Sequence[Share]) -> list[Row]:
    rows = Store.objects.filter(code__in=[share.key for share in found[:MOST_ROWS]]).select_related("area")
    names = {store.code: f"{store.name}, {store.area}" for store in rows}
    names[""] = gettext("No store was named")
    return _rows(found, {share.key: names.get(share.key, share.key) for share in found})


def refusals(found: Sequence[tuple[str, int]]) -> list[Row]:
    most = max((number for _, number in found), default=1)
    return [
        Row(name=refusal(code), values=(words.number(number),), percent=round(100 * number / most))
        for code, number in found
    ]


def _rows(found: Sequence[Share], names: dict[str, str]) -> list[Row]:
    """The first ones, and all others together in a last line."""
    most = max((share.totals.attempts for share in found), default=1) or 1
    shown = [_row(names[share.key], share.totals, most) for share in found[:MOST_ROWS]]
    if rest := found[MOST_ROWS:]:
        text = ngettext("%(number)s other", "%(number)s others", len(rest))
        others = sum((share.totals for share in rest), Totals())
        shown.append(_row(text % {"number": words.number(len(rest))}, others, most))
    return shown


def _row(name: str, sums: Totals, most: int) -> Row:
    values = (
        words.number(sums.redemptions),
        words.number(sums.refusals),
        words.money(sums.discount_amount + sums.gift_amount),
        words.money(sums.revenue_amount),
    )
    return Row(name=name, values=values, percent=min(100, round(100 * sums.attempts / most)))


def _number(title: str, field: str, now: Totals, before: Before | None, *, note: str = "") -> Fact:
    value = words.number(getattr(now, field))
    compared = "" if before is None else _compared(field, now, before, words.number)
    return Fact(title=title, value=value, note=_joined(compared, note))


def _money(title: str, field: str, now: Totals, before: Before | None, *, note: str = "") -> Fact:
    value = words.money(getattr(now, field))
    compared = "" if before is None else _compared(field, now, before, words.money)
    return Fact(title=title, value=value, note=_joined(compared, note))


def _compared(field: str, now: Totals, before: Before, say: Callable[[int], str]) -> str:
    this, that = getattr(now, field), getattr(before.totals, field)
    values = {"figure": say(that), "label": before.label}
    if not that:
        return gettext("%(figure)s %(label)s") % values
    change = round(100 * (this - that) / that)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return gettext("%(change)s %% against %(figure)s %(label)s") % {
        **values,
        "change": f"{sign}{words.number(abs(change))}",
    }


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _rollbacks(now: Totals) -> str:
    if not now.rollbacks:
        return ""
    text = ngettext("%(number)s taken back", "%(number)s taken back", now.rollbacks)
    return text % {"number": words.number(now.rollbacks)}


def _orders(now: Totals) -> str:
    if not now.orders:
        return ""
    text = ngettext("%(number)s order", "%(number)s orders", now.orders) % {
        "number": words.number(now.orders)
    }
    each = words.money(now.revenue_amount // now.orders)
    return _joined(text, gettext("%(amount)s each") % {"amount": each})


def _margin(now: Totals) -> str:
    share = ""
    if now.costed_revenue_amount:
        tenths = _TENTHS * (now.margin_amount or 0) // now.costed_revenue_amount
        share = f"{words.number(tenths // 10)} %"
    if now.costed_orders == now.orders:
        return share
    values = {"known": words.number(now.costed_orders), "all": words.number(now.orders)}
    return _joined(share, gettext("costs known for %(known)s of %(all)s orders") % values)


def _customers(now: Totals) -> str:
    if not now.customers:
        return ""
    values = {"new": words.number(now.new_customers), "back": words.number(now.returning_customers)}
    return gettext("%(new)s new, %(back)s had bought before") % values


def _refused(now: Totals) -> str:
    if now.refused_percent is None:
        return ""
    return gettext("%(share)s %% of all attempts") % {"share": now.refused_percent}


def _validations(now: Totals) -> str:
    if not now.failed_validations:
        return ""
    return gettext("%(number)s more did not apply") % {"number": words.number(now.failed_validations)}
