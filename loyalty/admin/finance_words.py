"""What the page of the points liability says: figures on top, the months, the programmes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from core import words
from core.admin.pages import Fact
from loyalty.selectors import finance
from loyalty.selectors.finance import Breakage, Month, Movement, Outstanding
from loyalty.selectors.forecast import Forecast
from loyalty.worth import Worth
from promotions.models import Campaign

# Shown even when nothing moved: what everybody looks for.
_ALWAYS: Final = frozenset({Movement.EARNED, Movement.SPENT, Movement.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Table:
    """`rows` are (month, cells); `foot` is all of them together."""

    headers: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    foot: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence, and where one can do something about it."""

    text: str
    url: str = ""
    label: str = ""
    is_warning: bool = False


def name(programme: Campaign) -> str:
    if programme.deleted_at is None:
        return programme.name
    return gettext("%(name)s (deleted)") % {"name": programme.name}


def facts(
    held: Mapping[int, Outstanding],
    ended: Mapping[int, Breakage],
    worths: Mapping[int, Worth],
    programmes: Sequence[Campaign],
) -> list[Fact]:
    together = sum(held.values(), Outstanding())
    broken = sum(ended.values(), Breakage())
    cards = gettext("on %(cards)s") % {"cards": words.count(together.cards, "card")}
    found = [
        Fact(title=gettext("Outstanding points"), value=words.number(together.balance), note=cards),
        _worth_fact(held, worths, programmes),
        Fact(
            title=gettext("Pending points"),
            value=words.number(together.pending),
            note=gettext("not usable yet, in no other number"),
        ),
        Fact(title=gettext("Breakage"), value=_rate(broken), note=_broken(broken)),
    ]
    if together.owed:
        note = gettext("below zero, taken off the outstanding points")
        found.append(Fact(title=gettext("Owed by members"), value=words.number(together.owed), note=note))
    return found


def _worth_fact(
    held: Mapping[int, Outstanding], worths: Mapping[int, Worth], programmes: Sequence[Campaign]
) -> Fact:
    known = sum(worths[pk].of(one.balance) for pk, one in held.items() if pk in worths)
    unknown = [one for one in programmes if one.pk not in worths and held[one.pk].balance]
    if not unknown:
        note = gettext("at what points are worth today")
    elif len(unknown) == 1:
        note = gettext("without %(name)s, whose points have no worth yet") % {"name": unknown[0].name}
    else:
        note = gettext("without %(number)s programmes whose points have no worth yet") % {
            "number": words.number(len(unknown))
        }
    return Fact(title=gettext("Worth"), value=words.money(known), note=note)


def _rate(broken: Breakage) -> str:
    """12.5 %, no float."""
    if broken.permille is None:
        return words.NOTHING
    whole, tenth = divmod(broken.permille, 10)
    return f"{words.number(whole)}{f'.{tenth}' if tenth else ''}\N{NO-BREAK SPACE}%"


def _broken(broken: Breakage) -> str:
    if not broken.earned:
        return gettext("no points have come to their last day yet")
    return gettext("%(expired)s of %(earned)s points whose last day is over") % {
        "expired": words.number(broken.expired),
        "earned": words.number(broken.earned),
    }


def proof(last: Month, held: Mapping[int, Outstanding]) -> Note:
    """Ledger and cards are two ways to the same number; the page says whether they agree."""
    cards = sum(one.balance for one in held.values())
    if last.closing == cards:
        text = gettext("The ledger comes to %(points)s points, exactly what all cards hold.")
        return Note(text=text % {"points": words.number(cards)})
    text = gettext(
        "The ledger comes to %(points)s points, but the cards hold %(cards)s. Tell whoever runs Fanfare: "
        "“manage.py reconcile” says which cards differ."
    )
    return Note(
        text=text % {"points": words.number(last.closing), "cards": words.number(cards)}, is_warning=True
    )


def table(months: Sequence[Month], amounts: Sequence[int | None]) -> Table:
    """Newest month first; kinds of movements that nothing moved by are left out."""
    whole = finance.total(months)
    shown = [kind for kind in Movement if kind in _ALWAYS or any(month[kind] for month in months)]

    def cells(month: Month, amount: int | None) -> list[str]:
        moved = (_signed(month[kind]) for kind in shown)
        return [words.number(month.opening), *moved, words.number(month.closing), words.money(amount)]

    rows = [
        (date_format(month.first, "F Y"), cells(month, amount))
        for month, amount in zip(months, amounts, strict=True)
    ]
    return Table(
        headers=[
            gettext("Month"),
            gettext("Opening"),
            *(str(kind.label) for kind in shown),
            gettext("Closing"),
            gettext("Worth"),
        ],
        rows=rows[::-1],
        foot=cells(whole, amounts[-1]),
    )


def _signed(points: int) -> str:
    """+1,200, −300; nothing moved: –"""
    if not points:
        return words.NOTHING
    return f"{'+' if points > 0 else '−'}{words.number(abs(points))}"


def programmes(
    shown: Sequence[Campaign],
    held: Mapping[int, Outstanding],
    ended: Mapping[int, Breakage],
    worths: Mapping[int, Worth],
) -> list[dict[str, Any]]:
    """A line for each programme, the one with the most outstanding points first."""
    rows = sorted(shown, key=lambda one: (-held[one.pk].balance, one.name))
    return [
        {
            "name": name(one),
            "url": reverse("admin:loyalty_finance", query={"programme": one.pk}),
            "cells": [
                words.number(held[one.pk].balance),
                words.money(worths[one.pk].of(held[one.pk].balance)) if one.pk in worths else words.NOTHING,
                words.number(held[one.pk].pending),
                _rate(ended[one.pk]),
                words.number(held[one.pk].cards),
            ],
        }
        for one in rows
    ]


def endings(found: Forecast) -> Table:
    """What ends when if nobody earns or spends any more. Months in which nothing ends are left out."""
    rows = [
        (date_format(one.month, "F Y"), [words.number(one.points), words.number(one.cards)])
        for one in found.months
        if one.points
    ]
    if found.later:
        rows.append((gettext("Later"), [words.number(found.later), words.NOTHING]))
    if found.never:
        rows.append((gettext("Never"), [words.number(found.never), words.NOTHING]))
    headers = [gettext("Month"), gettext("Points"), gettext("Cards")]
    whole = sum(one.points for one in found.months) + found.later + found.never
    return Table(headers=headers, rows=rows, foot=[words.number(whole), ""])


def worth_of(programme: Campaign, worths: Mapping[int, Worth], *, may_say: bool) -> Note:
    """What its points are worth, who says so, and where to say something else."""
    found = worths.get(programme.pk)
    if found is not None and found.reward:
        text = gettext("%(points)s are worth %(amount)s, as the reward “%(reward)s” says.")
        return Note(text=text % {**_ratio(found), "reward": found.reward})
    url = (
        reverse("admin:loyalty_pointsworth_change", args=[programme.pk])
        if found
        else reverse("admin:loyalty_pointsworth_add", query={"campaign": programme.pk})
    )
    link: dict[str, Any] = {"url": url, "label": gettext("Say what points are worth")} if may_say else {}
    if found is None:
        text = gettext(
            "Nobody has said what its points are worth, and none of its rewards lets members pay with points."
        )
        return Note(text=text, is_warning=True, **link)
    return Note(text=gettext("%(points)s are worth %(amount)s, as finance entered.") % _ratio(found), **link)


def _ratio(worth: Worth) -> dict[str, str]:
    points = ngettext("%(number)s point", "%(number)s points", worth.points) % {
        "number": words.number(worth.points)
    }
    return {"points": points, "amount": words.money(worth.of(worth.points))}
