"""Baskets that get it and baskets that do not, each told in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from engine import OrderState, Status
from engine.explain import ExplainedCondition
from engine.rules.families import REGISTRY
from engine.rules.needs import flat
from promotions.previews import search
from promotions.previews.bench import Bench, Judged
from promotions.previews.pantry import Pantry
from promotions.previews.purchases import Purchase
from promotions.words import refusal

GETS_IT: Final = "gets_it"
GETS_MORE: Final = "gets_more"
LATELY: Final = "lately"
_TITLES: Final = {
    GETS_IT: "A small basket that gets it",
    GETS_MORE: "Twice as much of the same",
    LATELY: "A basket as people bought it lately",
    search.EFFECT: "Too little for the discount",
    "start": "Before it starts",
    "end": "After its end",
    "recurring": "On another day or at another hour",
    "place": "Somewhere else",
}
_MOST_MISSES: Final = 8


@dataclass(frozen=True, kw_only=True)
class SampleLine:
    """Amounts in minor units. `free` of the `units` cost nothing; `is_added`: the discount put them there."""

    name: str
    units: int
    before: int
    after: int
    free: int = 0
    is_added: bool = False


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One purchase and what becomes of it. `name` is `GETS_IT`, `GETS_MORE`, `LATELY` or the condition that
    alone it fails for. `who` and `where` are empty where the terms do not care, `at` is None then.

    `why` says why it gets nothing, `remedy` what would make it work. `request` is the same for the API.
    """

    name: str
    title: str
    gives: bool
    lines: tuple[SampleLine, ...]
    before: int
    after: int
    who: str = ""
    where: str = ""
    at: datetime | None = None
    free_units: int = 0
    why: str = ""
    remedy: str = ""
    request: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def saved(self) -> int:
        return self.before - self.after


@dataclass(frozen=True, kw_only=True)
class Samples:
    """`good` is what the misses were made from; None: no purchase was found that gets something."""

    good: Judged | None
    shown: tuple[Sample, ...]
    unshown: tuple[str, ...] = ()
    """Conditions for which no purchase was found that fails them alone."""


def samples(bench: Bench, pantry: Pantry) -> Samples:
    """At least one that gets it, if one can be found, and for each condition one that fails it alone."""
    good = search.witness(bench, pantry)
    telling = _Telling(bench, pantry)
    if good is None:
        lately = bench.judge(telling.lately(None)) if pantry.typical else None
        return Samples(good=None, shown=() if lately is None else (telling.sample(LATELY, lately),))
    found = [(GETS_IT, good)]
    more = bench.judge(replace(good.purchase, lines=tuple((w, 2 * n) for w, n in good.purchase.lines)))
    if more.gives and more.saved != good.saved:
        found.append((GETS_MORE, more))
    if pantry.typical and pantry.typical != good.purchase.lines:
        found.append((LATELY, bench.judge(telling.lately(good))))
    missed = search.misses(bench, pantry, good)
    # Places are no condition where they hold.
    order = [*(one.id for one in good.explanation.conditions), search.EFFECT, *missed]
    names = [name for name in dict.fromkeys(order) if name in missed]
    found += [(name, missed[name]) for name in names[:_MOST_MISSES]]
    return Samples(
        good=good,
        shown=tuple(telling.sample(name, judged) for name, judged in found),
        unshown=tuple(
            one.text
            for one in good.explanation.conditions
            if one.holds and one.id not in missed and not _is_beside(one.id, bench)
        ),
    )


def brief(bench: Bench, pantry: Pantry) -> Samples:
    """Only one that gets it, for those who come second."""
    good = search.witness(bench, pantry)
    telling = _Telling(bench, pantry)
    return Samples(good=good, shown=() if good is None else (telling.sample(GETS_IT, good),))


_ALWAYS: Final = frozenset({"enabled", "campaign", "uses", "input", "known"})
"""Conditions that have nothing to do with who buys what; nobody has to see an example of them."""


def _is_beside(name: str, bench: Bench) -> bool:
    """Limits are full only after others used it."""
    counters = {
        f"rule:{one.id}:{rule.key}"
        for one in bench.proposal.rule_sets
        for rule in one.rules
        if REGISTRY[rule.name].is_counter
    }
    starts_at = bench.proposal.starts_at
    has_begun = name == "start" and starts_at is not None and starts_at <= bench.now
    return has_begun or name in _ALWAYS or name in counters or name.startswith("budget:")


@dataclass(frozen=True)
class _Telling:
    bench: Bench
    pantry: Pantry

    def lately(self, good: Judged | None) -> Purchase:
        """The recent basket, bought by the same person at the same time and place."""
        base = good.purchase if good is not None else next(search.starts(self.bench, self.pantry))
        return replace(base, lines=self.pantry.typical)

    def sample(self, name: str, judged: Judged) -> Sample:
        order = judged.step.order if judged.applies else None
        lines = tuple(_lines(judged, order))
        before = sum(line.before for line in lines)
        why, remedy = ("", "") if judged.gives else _why(judged, name)
        return Sample(
            name=name,
            title=_TITLES.get(name) or _title(judged, name),
            gives=judged.gives,
            lines=lines,
            before=before,
            after=before - judged.saved,
            free_units=judged.free_units,
            who=self._who(judged) if self._asks_who else "",
            where=self._where(judged),
            at=judged.purchase.at if self._asks_when else None,
            why=why,
            remedy=remedy,
            request=judged.purchase.wire(),
        )

    @property
    def _asks_who(self) -> bool:
        needs = self.bench.needs
        asks = {"customer", "customer.metadata", "customer.segments"} & needs.facts
        return bool(asks or needs.segments) or any(
            pool.per == "CUSTOMER" for pool in self.bench.proposal.budgets
        )

    @property
    def _asks_when(self) -> bool:
        proposal = self.bench.proposal
        names = {rule.name for one in proposal.rule_sets for rule in flat(one.rules)}
        windows = (proposal.days_of_week, proposal.validity_hours, proposal.timeframe_interval)
        return any((proposal.starts_at, proposal.ends_at, *windows)) or "redemption.date" in names

    def _who(self, judged: Judged) -> str:
        purchase = judged.purchase
        if purchase.customer is None:
            return "somebody new" if purchase.is_known else "a guest whom nobody knows"
        segments = judged.snapshot.customer.segments if judged.snapshot.customer is not None else ()
        named = ", ".join(self.bench.known.get(one, one) for one in segments)
        name = purchase.customer.name or purchase.customer.source_id or "a customer"
        if not self.bench.needs.segments:
            return name
        return f"{name}, in {named}" if named else f"{name}, in none of these segments"

    def _where(self, judged: Judged) -> str:
        purchase = judged.purchase
        if not self.bench.proposal.places:
            return purchase.store
        for spot in (*self.pantry.inside, *self.pantry.outside):
            if (spot.store, spot.area) == (purchase.store, purchase.area):
                return spot.name or "no store named"
        return "no store named"


def _lines(judged: Judged, order: OrderState | None) -> Iterator[SampleLine]:
    """As they were, and as the discount leaves them; what is taken off the whole order is in its total."""
    basket = judged.snapshot.basket
    facts = (*(basket.lines if basket is not None else ()), *judged.outcome.added)
    for index, line in enumerate(facts):
        state = order.lines[index] if order is not None and index < len(order.lines) else None
        before = (line.value or 0) if state is None else (state.amount or 0)
        off = 0 if state is None else state.applied_discount_amount
        yield SampleLine(
            name=line.name or line.source_id or "an article",
            units=(line.quantity if state is None else state.quantity),
            before=before,
            after=before - off,
            free=0 if state is None else state.applied_discount_quantity,
            is_added=basket is None or index >= len(basket.lines),
        )


def _title(judged: Judged, name: str) -> str:
    condition = _condition(judged, name)
    return "Not met" if condition is None else f"Only this is missing: {_small(condition.text)}"


def _why(judged: Judged, name: str) -> tuple[str, str]:
    """It cannot be used: order is worth at least 50.00 EUR (45.00 EUR). Add 5.00 EUR more."""
    if judged.step.status is Status.APPLICABLE or name == search.EFFECT:
        return "It would apply, but takes nothing off this basket", ""
    reason = judged.step.reason
    failing = _condition(judged, name)
    if failing is None:
        unmet = [one for one in judged.explanation.conditions if one.holds is False]
        texts = [_met(one) for one in unmet] or ([refusal(reason.key)] if reason is not None else [])
        return "; ".join(texts), judged.explanation.remedy or ""
    return _met(failing), failing.remedy or judged.explanation.remedy or ""


def _condition(judged: Judged, name: str) -> ExplainedCondition | None:
    return next((one for one in judged.explanation.conditions if one.id == name), None)


def _met(condition: ExplainedCondition) -> str:
    """The condition, and what was found where it failed: deepest, there the figure is."""
    failing = condition
    while below := [child for child in failing.children if child.holds is False]:
        failing = below[0]
    return f"{condition.text} ({failing.found})" if failing.found else condition.text


def _small(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
