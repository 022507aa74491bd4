"""Everything that a preview says, put together: in parts, of which one that takes too long is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, Final

from core.models import ProjectSettings
from core.patience import TookTooLong, at_most, attempt
from engine.effects import DiscountError
from engine.rules import RuleSyntaxError
from promotions import extras
from promotions.previews import audience, guard_facts, guardrails, past_orders, promise, search
from promotions.previews.audience import Audience
from promotions.previews.bench import Bench
from promotions.previews.guard import Guard
from promotions.previews.pantry import stocked
from promotions.previews.past_orders import PriceEffect
from promotions.previews.proposal import Pool, Proposal
from promotions.previews.samples import Samples, brief, samples

PATIENCE: Final = 120
"""Milliseconds that a single statement may take."""
LONGEST: Final = 1.5
"""Seconds after which no other part is begun."""

_SAMPLES: Final = "Sample baskets"
_AUDIENCE: Final = "The size of the audience"
EFFECT: Final = "The effect on real orders"
_GUARDS: Final = "Warnings"


@dataclass(frozen=True, kw_only=True)
class OfTier:
    """The samples of one tier, or of the codes."""

    name: str
    samples: Samples


@dataclass(frozen=True, kw_only=True)
class Lasts:
    """A budget that is not renewed, and the day on which it is used up at the estimated rate; None: later
    than anybody plans.
    """

    pool: Pool
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`unready` says why nothing can be tried yet; the rest is empty then. `left_out` took too long.

    `extras` is what `promotions.extras` found, by key.
    """

    promise: str = ""
    unready: str = ""
    tiers: tuple[OfTier, ...] = ()
    price_effect: PriceEffect | None = None
    audience: Audience | None = None
    guards: tuple[Guard, ...] = ()
    lasts: tuple[Lasts, ...] = ()
    left_out: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)


class _Parts:
    """Does one part after the other, as long as there is time."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self._began = time.monotonic()

    def do[Found](self, about: str, work: Callable[[], Found], *, always: bool = False) -> Found | None:
        if not always and time.monotonic() - self._began > LONGEST:
            self.left_out.append(about)
            return None
        try:
            with attempt():
                return work()
        except TookTooLong:
            self.left_out.append(about)
            return None


def preview(proposals: Sequence[Proposal], *, settings: ProjectSettings, now: datetime) -> Preview:
    """What customers would get and what it may cost; nothing is stored and nothing is counted.

    `proposals` are the tiers of one campaign in their order, or its codes. The first one is shown at length.
    """
    if not proposals:
        return Preview(unready="There is nothing to show yet: say what customers get.")
    try:
        with at_most(PATIENCE):
            return _preview(proposals, settings, now)
    except (DiscountError, RuleSyntaxError) as error:
        return Preview(unready=f"This cannot be tried yet: {error}")
    except TookTooLong:
        return Preview(promise=promise.promise(proposals), left_out=("The preview",))


def _preview(proposals: Sequence[Proposal], settings: ProjectSettings, now: datetime) -> Preview:
    parts = _Parts()
    benches = [Bench(one, settings=settings, now=now) for one in proposals]
    tiers = []
    for place, bench in enumerate(benches):
        about = _SAMPLES if place == 0 else f"{_SAMPLES} of {bench.proposal.name}"
        found = parts.do(about, partial(_samples, bench, is_first=place == 0))
        if found is not None:
            tiers.append(OfTier(name=bench.proposal.name, samples=found))
    sized = parts.do(_AUDIENCE, lambda: audience.audience(proposals[0], now=now))
    added = {one.key: parts.do(one.title, partial(one.find, proposals, now)) for one in extras.previews()}
    effect = parts.do(EFFECT, lambda: past_orders.price_effect(benches, now=now))
    facts = parts.do(_GUARDS, lambda: _facts(benches[0], tiers, effect, sized), always=True)
    return Preview(
        promise=promise.promise(proposals),
        tiers=tuple(tiers),
        price_effect=effect,
        audience=sized,
        guards=() if facts is None else guardrails.guards(facts),
        lasts=() if facts is None else tuple(_lasts(facts)),
        left_out=tuple(parts.left_out),
        extras={key: found for key, found in added.items() if found is not None},
    )


def _samples(bench: Bench, *, is_first: bool) -> Samples:
    pantry = stocked(bench)
    return samples(bench, pantry) if is_first else brief(bench, pantry)


def _facts(
    bench: Bench, tiers: Sequence[OfTier], effect: PriceEffect | None, sized: Audience | None
) -> guard_facts.Facts:
    shown = tiers[0].samples if tiers and tiers[0].name == bench.proposal.name else None
    fits = shown is not None and shown.good is None and _fits_without_budgets(bench)
    return guard_facts.gather(
        bench, samples=shown, price_effect=effect, audience=sized, fits_without_budgets=fits
    )


def _fits_without_budgets(bench: Bench) -> bool:
    if not bench.proposal.budgets:
        return False
    free = Bench(replace(bench.proposal, budgets=()), settings=bench.settings, now=bench.now)
    return search.witness(free, stocked(free)) is not None


def _lasts(facts: guard_facts.Facts) -> list[Lasts]:
    begins = max(facts.now, facts.proposal.starts_at or facts.now)
    found = []
    for pool in facts.proposal.budgets:
        days = guardrails.lasts_until(facts, pool)
        if days is not None:
            found.append(Lasts(pool=pool, until=_after(begins, days)))
    return found


_HORIZON: Final = 5 * 365


def _after(begins: datetime, days: Fraction) -> datetime | None:
    return None if days > _HORIZON else begins + timedelta(days=int(days))
