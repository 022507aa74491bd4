"""What a preview says to people: figures as sentences, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from core import words
from promotions.previews.audience import COUNTED_TO, Audience, Number
from promotions.previews.guard import Guard, Severity
from promotions.previews.past_orders import WEEKS, PriceEffect
from promotions.previews.report import Lasts, Preview
from promotions.previews.samples import Sample, Samples
from promotions.words import WEEKDAYS

_ICONS: Final = {Severity.STOP: "block", Severity.WARNING: "warning", Severity.NOTE: "info"}
_SAID: Final = {Severity.STOP: "Stops it", Severity.WARNING: "Warning", Severity.NOTE: "Note"}


@dataclass(frozen=True, kw_only=True)
class GuardRow:
    key: str
    look: str
    icon: str
    said: str
    message: str
    step: str
    is_note: bool


@dataclass(frozen=True, kw_only=True)
class LineRow:
    name: str
    units: str
    before: str
    after: str
    note: str


@dataclass(frozen=True, kw_only=True)
class SampleRow:
    """`before` and `after` are the same where it gets nothing. `facts` are who, when and where."""

    name: str
    look: str
    title: str
    before: str
    after: str
    saved: str
    lines: Sequence[LineRow]
    facts: Sequence[tuple[str, str]]
    why: str
    remedy: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class TierRows:
    name: str
    samples: Sequence[SampleRow]
    is_without: bool
    unshown: str


def guard_rows(found: Sequence[Guard]) -> list[GuardRow]:
    return [
        GuardRow(
            key=one.key,
            look=one.severity.value,
            icon=_ICONS[one.severity],
            said=_SAID[one.severity],
            message=one.message,
            step=one.part.value,
            is_note=one.severity is Severity.NOTE,
        )
        for one in found
    ]


def tier_rows(found: Preview) -> list[TierRows]:
    """The name is only said where there are several."""
    return [
        TierRows(
            name=tier.name if len(found.tiers) > 1 else "",
            samples=[_sample(one, place == 0) for place, one in enumerate(tier.samples.shown)],
            is_without=tier.samples.good is None,
            unshown=_unshown(tier.samples),
        )
        for tier in found.tiers
    ]


def _unshown(found: Samples) -> str:
    if not found.unshown:
        return ""
    text = gettext("No basket was found that only fails this: %(conditions)s.")
    return text % {"conditions": "; ".join(found.unshown)}


def _sample(one: Sample, is_first: bool) -> SampleRow:
    return SampleRow(
        name=one.name,
        look="good" if one.gives else "bad",
        title=one.title,
        before=words.money(one.before),
        after=words.money(one.after),
        saved=_saved(one),
        lines=[
            LineRow(
                name=line.name,
                units=words.number(line.units),
                before=words.money(line.before),
                after=words.money(line.after),
                note=_note(line.free, line.is_added, line.units),
            )
            for line in one.lines
        ],
        facts=list(_facts(one)),
        why=one.why,
        remedy=one.remedy,
        is_open=is_first,
    )


def _saved(one: Sample) -> str:
    if not one.gives:
        return ""
    if not one.saved:
        return words.count(one.free_units, "free unit")
    return gettext("saves %(amount)s") % {"amount": words.money(one.saved)}


def _note(free: int, is_added: bool, units: int) -> str:
    if is_added:
        return gettext("added by the discount")
    if free and free == units:
        return gettext("free")
    return (
        ngettext("%(number)s free", "%(number)s free", free) % {"number": words.number(free)} if free else ""
    )


def _facts(one: Sample) -> Iterator[tuple[str, str]]:
    if one.who:
        yield gettext("Who"), one.who
    if one.at is not None:
        day = WEEKDAYS[timezone.localtime(one.at).isoweekday() % 7]
        yield gettext("When"), f"{gettext(day)}, {words.when(one.at)}"
    if one.where:
        yield gettext("Where"), one.where


def effect_lines(found: PriceEffect | None, lasts: Sequence[Lasts]) -> list[tuple[str, str]]:
    """Title and value; what they were made of is said by `effect_source`."""
    if found is None or not found.tried:
        return []
    lines = [
        (
            gettext("Orders that would get it"),
            gettext("%(part)s of %(all)s (%(share)s %%)")
            % {
                "part": words.number(found.fitting),
                "all": words.number(found.tried),
                "share": words.number(found.share_of_orders),
            },
        )
    ]
    if found.fitting:
        lines += [
            (gettext("Average discount"), words.money(found.average)),
            (
                gettext("Share of these orders' value"),
                gettext("%(share)s %%") % {"share": words.number(found.share_of_value)},
            ),
        ]
    if found.per_week is not None:
        lines.append(
            (
                gettext("Rough cost a week"),
                gettext("about %(amount)s") % {"amount": words.money(_rounded(found.per_week))},
            )
        )
    return [*lines, *((one.pool.name, _lasts(one)) for one in lasts)]


def _rounded(amount: int) -> int:
    """To two digits that say something: an estimate is not exact to the cent."""
    unit = 10 ** max(0, len(str(abs(amount))) - 2)
    return (amount + unit // 2) // unit * unit


def _lasts(one: Lasts) -> str:
    if one.until is None:
        return gettext("lasts for years at that rate")
    return gettext("lasts until about %(day)s at that rate") % {"day": words.day(one.until)}


def effect_source(found: PriceEffect | None) -> str:
    if found is None:
        text = gettext("There were no orders in the last %(days)s days to estimate from.")
        return text % {"days": words.number(WEEKS * 7)}
    values = {
        "tried": words.count(found.tried, "real order"),
        "days": words.count(found.days, "day"),
        "all": "" if found.orders is None else words.number(found.orders),
    }
    if found.orders is None or found.orders <= found.tried:
        text = gettext("An estimate from %(tried)s of the last %(days)s, as if people bought the same again.")
    else:
        text = gettext(
            "An estimate from %(tried)s, spread over the %(all)s of the last %(days)s, "
            "as if people bought the same again."
        )
    return f"{text % values} {_storeless(found)}".strip()


def _storeless(found: PriceEffect) -> str:
    if found.storeless * 2 <= found.tried:
        return ""
    return gettext("Most of these orders do not say in which store they were made, so they would not get it.")


def audience_lines(found: Audience | None) -> list[tuple[str, str]]:
    if found is None:
        return []
    lines = [(gettext("Customers"), _customers(found))]
    lines += [(name, said(size)) for name, size in found.segments if len(found.segments) > 1]
    products = said(found.products)
    lines.append(
        (
            gettext("Products"),
            gettext("all %(number)s") % {"number": products} if found.is_for_all_products else products,
        )
    )
    lines += [(name, said(size)) for name, size in found.collections if len(found.collections) > 1]
    if found.stores is not None:
        lines.append((gettext("Stores"), words.number(found.stores)))
    return lines


def _customers(found: Audience) -> str:
    number = said(found.customers)
    if found.is_for_everybody:
        return gettext("everybody: %(number)s known customers, and guests") % {"number": number}
    return gettext("at most %(number)s") % {"number": number} if found.is_upper else number


def said(size: Number) -> str:
    """1,234; about 1,200,000; more than 100,000; very many"""
    if size.value is None:
        return gettext("very many")
    if size.is_more:
        return gettext("more than %(number)s") % {"number": words.number(COUNTED_TO)}
    number = words.number(_rounded(size.value) if size.is_about else size.value)
    return gettext("about %(number)s") % {"number": number} if size.is_about else number
