"""What the step "discount" says, and what that means on the wire: effects follow from the chosen products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.exact import exact
from core.words import money
from promotions import plan_rules
from promotions.admin.forms.choices import VALUE_OF, Effect, Kind
from promotions.plan_rules import Usual
from promotions.plans import PromotionPlan, TierPlan

type Said = Mapping[str, Any]

BUY: Final = "BUY"
"""Buy some, get one: a percentage off every so many units of the chosen products."""
_FIGURED: Final = (Kind.PERCENT, Kind.AMOUNT, Kind.FIXED)
_OF_PRODUCTS: Final = (Effect.ADD_SAME, Effect.REPLACE)


def is_said(said: Said) -> bool:
    return bool(said.get("wire") or said.get("tiers"))


def bought(said: Said) -> int | None:
    """After how many paid units one gets the discount."""
    buy: int | None = said.get("buy")
    return buy


def needs_products(said: Said) -> bool:
    wire_ = said.get("wire") or {}
    return said.get("buy") is not None or wire_.get("effect") in _OF_PRODUCTS


def can_buy(wire: Said) -> bool:
    """Whether "buy some, get one" can be made of it."""
    return wire.get("type") == Kind.PERCENT and wire.get("effect") == Effect.ITEMS


def wire(said: Said, *, has_targets: bool) -> dict[str, Any]:
    """The discount. It is for the order, or for the products that the conditions name, if they name any."""
    found = {name: value for name, value in exact(said["wire"]).items() if value is not None}
    if found.get("type") in _FIGURED and not said.get("keeps_effect"):
        on_items = said.get("per_item") or Effect.BY_VALUE if found["type"] == Kind.AMOUNT else Effect.ITEMS
        found["effect"] = on_items if has_targets else Effect.ORDER
        if not has_targets:
            found.pop("aggregated_amount_limit", None)
    return found


def tiers(said: Said, name: str, texts: Said, *, has_targets: bool) -> tuple[TierPlan, ...]:
    """One tier; with steps ("spend more, save more") one more for each, from its amount up to the next."""
    if kept := said.get("tiers"):
        return tuple(TierPlan(**exact(one)) for one in kept)
    base = wire(said, has_targets=has_targets)
    steps = sorted(exact(said.get("steps") or ()), key=lambda step: step["from"])
    bounds = [None, *(step["from"] for step in steps), None]
    first = TierPlan(
        name=texts.get("tier_name") or name,
        banner=texts.get("banner") or "",
        discount=base,
        conditions=_between(None, bounds[1], exact(said.get("own_conditions") or {})),
        id=said.get("tier_id") or "",
    )
    figure = VALUE_OF.get(base["type"], "")
    return (
        first,
        *(
            TierPlan(
                name=step.get("name") or f"{name}: from {money(step['from'])}",
                banner=step.get("banner") or "",
                discount={**base, figure: step["figure"]},
                conditions=_between(step["from"], below, {}),
                id=step.get("id") or "",
            )
            for step, below in zip(steps, bounds[2:], strict=True)
        ),
    )


def of_plan(plan: PromotionPlan, usual: Usual, *, is_on_tier: bool) -> dict[str, Any]:
    """What the step says of a stored promotion; tiers that it has no words for are kept as they are."""
    if plan.gift:
        return {"gift": dict(plan.gift)}
    has_targets = bool(usual.targets.are_some or usual.advanced.get("applicable_to"))
    if plan.discount:
        return _of_wire(plan.discount, usual, has_targets)
    if not plan.tiers:
        return {}
    ladder = _of_tiers(plan.tiers, usual, has_targets, is_on_tier=is_on_tier)
    if ladder is not None:
        return ladder
    return {"tiers": [_kept(tier) for tier in plan.tiers]}


def texts_of(plan: PromotionPlan) -> dict[str, str]:
    """What customers read of a promotion without codes."""
    if not plan.tiers:
        return {}
    first = plan.tiers[0]
    named = {} if first.name == plan.name else {"tier_name": first.name}
    return {**named, "banner": first.banner}


def _of_wire(stored: Said, usual: Usual, has_targets: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"wire": dict(stored)}
    if usual.targets.buy is not None:
        said["buy"] = usual.targets.buy
    effect = stored.get("effect")
    if stored.get("type") == Kind.AMOUNT and effect != Effect.ORDER:
        said["per_item"] = effect
    if stored.get("type") in _FIGURED and has_targets != (effect != Effect.ORDER):
        said["keeps_effect"] = True
    return said


def _of_tiers(
    tiers: Sequence[TierPlan], usual: Usual, has_targets: bool, *, is_on_tier: bool
) -> dict[str, Any] | None:
    """One tier, or a ladder of amounts; None: something else."""
    first, steps = tiers[0], []
    said = {**_of_wire(first.discount, usual, has_targets), "tier_id": first.id}
    if len(tiers) == 1:
        own = {} if is_on_tier else dict(first.conditions)
        return {**said, **({"own_conditions": own} if own else {})}
    read = [_bounds(tier.conditions) for tier in tiers]
    bounds = [one for one in read if one is not None]
    figure = VALUE_OF.get(first.discount.get("type", ""), "")
    if len(bounds) < len(read) or not figure:
        return None
    for tier, bound, following in zip(tiers[1:], bounds[1:], [*bounds[2:], (None, None)], strict=True):
        same = {**tier.discount, figure: None} == {**first.discount, figure: None}
        fits = bound[0] is not None and bound[1] == following[0]
        if not (same and fits):
            return None
        steps.append(
            {
                "from": bound[0],
                "figure": tier.discount[figure],
                "name": tier.name,
                "banner": tier.banner,
                "id": tier.id,
            }
        )
    is_first = bounds[0][0] is None and bounds[0][1] == steps[0]["from"]
    return {**said, "steps": steps} if is_first else None


def _bounds(document: Said) -> tuple[int | None, int | None] | None:
    """From and below which amount; None: it says more."""
    usual = plan_rules.read(document)
    if usual != Usual(basket_from=usual.basket_from, basket_below=usual.basket_below):
        return None
    return usual.basket_from, usual.basket_below


def _between(least: int | None, below: int | None, own: Said) -> dict[str, Any]:
    if own:
        return dict(own)
    return plan_rules.written(Usual(basket_from=least, basket_below=below))


def _kept(tier: TierPlan) -> dict[str, Any]:
    names: Iterable[str] = ("name", "discount", "banner", "conditions", "id")
    return {name: getattr(tier, name) for name in names}
