"""Answers of the steps -> the plan of a promotion, and back. Pure: forms look up what answers name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.exact import exact
from promotions import plan_rules
from promotions.admin.wizard import discounts, keys
from promotions.admin.wizard.keys import CAMPAIGN_TYPES, CODE_TYPES, USUAL_CODES, Kind
from promotions.models import Budget, Campaign
from promotions.plan_items import Targets
from promotions.plan_rules import Usual
from promotions.plans import BudgetWish, CodePlan, PromotionPlan, TierPlan

type Step = Mapping[str, Any]

_TIMES: Final = ("timeframe_interval", "timeframe_duration", "validity_hours")
_TEXTS: Final = ("description", "category", "return_policy", "protected", "metadata")
_BUDGET: Final = ("limit", "measure", "period", "policy", "per", "id")


class Incomplete(Exception):
    """`missing`: what to say at each step that is not done."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        super().__init__("; ".join(missing.values()))
        self.missing = dict(missing)


def compile(answers: Mapping[str, Step]) -> PromotionPlan:
    """The whole promotion.

    :raises Incomplete: a step without which there is none.
    """
    said = {key: answers.get(key) or {} for key in _KEYS}
    usual = usual_of(said)
    if missing := _missing(said, usual):
        raise Incomplete(missing)
    first, discount = said[keys.TYPE], said[keys.DISCOUNT]
    kind = first["kind"]
    document = plan_rules.written(usual)
    has_targets = bool(document.get("applicable_to"))
    is_on_tier = bool(first.get("is_rule_on_tier")) and kind == Kind.AUTOMATIC
    texts, limits, time = said[keys.TEXTS], said[keys.LIMITS], said[keys.TIME]
    tiers: tuple[TierPlan, ...] = ()
    if kind == Kind.AUTOMATIC:
        tiers = discounts.tiers(discount, first["name"], texts, has_targets=has_targets)
        if is_on_tier and tiers:
            tiers = (TierPlan(**{**vars_of(tiers[0]), "conditions": document}), *tiers[1:])
    is_discount = kind not in (Kind.AUTOMATIC, Kind.CARDS)
    return PromotionPlan(
        kind=CAMPAIGN_TYPES[kind],
        name=first["name"],
        discount=discounts.wire(discount, has_targets=has_targets) if is_discount else None,
        gift=dict(discount["gift"]) if kind == Kind.CARDS else None,
        tiers=tiers,
        conditions={} if is_on_tier else document,
        starts_at=_instant(time.get("starts_at")),
        ends_at=_instant(time.get("ends_at")),
        days_of_week=tuple(time["days_of_week"]) if time.get("days_of_week") else None,
        places=tuple(said[keys.PLACES].get("places") or ()),
        codes=_codes(kind, said),
        budget=_budget(limits.get("budget")),
        **{name: time[name] for name in _TIMES if time.get(name)},
        **{name: exact(texts[name]) for name in _TEXTS if texts.get(name)},
    )


def of_plan(plan: PromotionPlan) -> dict[str, dict[str, Any]]:
    """Answers from which `compile` makes the plan again."""
    kind = keys.kind_of(plan.kind, plan.codes.type if plan.codes else "")
    is_on_tier = len(plan.tiers) == 1 and not plan.conditions and bool(plan.tiers[0].conditions)
    document = plan.tiers[0].conditions if is_on_tier else plan.conditions
    worth = plan.discount or (plan.tiers[0].discount if plan.tiers else {})
    usual = plan_rules.read(document, can_buy=discounts.can_buy(worth))
    first: dict[str, Any] = {"kind": kind, "name": plan.name}
    if is_on_tier:
        first["is_rule_on_tier"] = True
    if kind == Kind.CARDS and plan.codes:
        first["code_type"] = plan.codes.type
    texts = {name: value for name in _TEXTS if (value := getattr(plan, name))}
    found = {
        keys.TYPE: first,
        keys.DISCOUNT: discounts.of_plan(plan, usual, is_on_tier=is_on_tier),
        **_of_usual(usual),
        keys.PLACES: {"places": list(plan.places), "keys": list(usual.keys)},
        keys.TEXTS: {**texts, **discounts.texts_of(plan)},
    }
    times = {name: value for name in _TIMES if (value := getattr(plan, name))}
    for name in ("starts_at", "ends_at"):
        if (instant := getattr(plan, name)) is not None:
            times[name] = instant.isoformat()
    if plan.days_of_week:
        times["days_of_week"] = list(plan.days_of_week)
    found[keys.TIME] = {**found[keys.TIME], **times}
    if plan.codes is not None:
        codes = plan.codes
        found[keys.CODES] = {"count": codes.count, "code": codes.code, "config": dict(codes.config)}
        found[keys.LIMITS] |= {"uses": codes.uses, "join_once": codes.join_once}
    if plan.budget is not None:
        found[keys.LIMITS]["budget"] = {name: getattr(plan.budget, name) for name in _BUDGET}
    return found


def usual_of(said: Mapping[str, Step]) -> Usual:
    """The conditions, from the steps that ask about them."""
    audience, conditions = said.get(keys.AUDIENCE) or {}, said.get(keys.CONDITIONS) or {}
    products, limits = said.get(keys.PRODUCTS) or {}, said.get(keys.LIMITS) or {}
    time, places = said.get(keys.TIME) or {}, said.get(keys.PLACES) or {}
    buy = discounts.bought(said.get(keys.DISCOUNT) or {})
    included = tuple(products.get("included") or ())
    return Usual(
        segments=tuple(audience.get("segments") or ()),
        not_segments=tuple(audience.get("not_segments") or ()),
        basket_from=conditions.get("basket_from"),
        basket_below=conditions.get("basket_below"),
        units_from=conditions.get("units_from"),
        has=tuple(conditions.get("has") or ()),
        keys=tuple(places.get("keys") or ()),
        per_customer=limits.get("per_customer"),
        per_customer_in=limits.get("per_customer_in") or "",
        total_uses=limits.get("total_uses"),
        pauses=tuple((begins, ends) for begins, ends in time.get("pauses") or ()),
        targets=Targets(
            included=included,
            excluded=tuple(products.get("excluded") or ()),
            buy=buy if included else None,
        ),
        advanced=exact(conditions.get("advanced") or {}),
    )


def vars_of(tier: TierPlan) -> dict[str, Any]:
    return {name: getattr(tier, name) for name in ("name", "discount", "banner", "conditions", "id")}


_KEYS: Final = (
    keys.TYPE, keys.DISCOUNT, keys.AUDIENCE, keys.CONDITIONS, keys.PRODUCTS, keys.TIME, keys.PLACES,
    keys.LIMITS, keys.CODES, keys.TEXTS,
)  # fmt: skip


def _missing(said: Mapping[str, Step], usual: Usual) -> dict[str, str]:
    first, found = said[keys.TYPE], {}
    if not first.get("kind"):
        found[keys.TYPE] = "Choose what customers get."
    elif not first.get("name"):
        found[keys.TYPE] = "Give it a name."
    kind, discount = first.get("kind"), said[keys.DISCOUNT]
    if kind == Kind.CARDS:
        if not discount.get("gift"):
            found[keys.DISCOUNT] = "Say how much a new card can pay with."
    elif not discounts.is_said(discount):
        found[keys.DISCOUNT] = "Say what they get."
    elif discounts.needs_products(discount) and not (
        usual.targets.included or usual.advanced.get("applicable_to")
    ):
        found[keys.PRODUCTS] = "Choose the products that it is for."
    if usual.targets.are_some and usual.advanced.get("applicable_to"):
        found[keys.PRODUCTS] = (
            "Products are chosen here and in the advanced conditions. Empty one of the two."
        )
    if kind == Kind.ONE_CODE and not said[keys.CODES].get("code"):
        found[keys.CODES] = "Write the code that everybody uses."
    return found


def _codes(kind: str, said: Mapping[str, Step]) -> CodePlan | None:
    if kind == Kind.AUTOMATIC:
        return None
    codes, limits = said[keys.CODES], said[keys.LIMITS]
    is_one = kind == Kind.ONE_CODE
    type_ = said[keys.TYPE].get("code_type") if kind == Kind.CARDS else None
    usual_count = USUAL_CODES if kind in (Kind.CODES, Kind.CARDS) else 0
    return CodePlan(
        type=type_ or CODE_TYPES[kind],
        count=0 if is_one else codes.get("count", usual_count),
        code=codes.get("code") or "" if is_one or type_ == Campaign.Type.STANDALONE else "",
        config=codes.get("config") or {},
        uses=limits.get("uses", usual_uses(kind)),
        join_once=bool(limits.get("join_once")),
    )


def usual_uses(kind: str) -> int | None:
    """How often each code may be used, if nobody says it: a card until it is empty, a coupon once."""
    return 1 if kind in (Kind.CODES, Kind.PERSONAL) else None


def _budget(said: Step | None) -> BudgetWish | None:
    if not said or said.get("limit") is None:
        return None
    return BudgetWish(
        limit=said["limit"],
        measure=said.get("measure") or Budget.Measure.DISCOUNT.value,
        period=said.get("period") or Budget.Period.EVER.value,
        policy=said.get("policy") or Budget.Policy.REFUSE.value,
        per=said.get("per") or Budget.Per.TOTAL.value,
        id=said.get("id") or "",
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _of_usual(usual: Usual) -> dict[str, dict[str, Any]]:
    conditions: dict[str, Any] = {
        "basket_from": usual.basket_from,
        "basket_below": usual.basket_below,
        "units_from": usual.units_from,
        "has": list(usual.has),
        "advanced": dict(usual.advanced),
    }
    return {
        keys.AUDIENCE: {"segments": list(usual.segments), "not_segments": list(usual.not_segments)},
        keys.CONDITIONS: conditions,
        keys.PRODUCTS: {
            "included": list(usual.targets.included),
            "excluded": list(usual.targets.excluded),
        },
        keys.TIME: {"pauses": [list(pause) for pause in usual.pauses]},
        keys.LIMITS: {
            "per_customer": usual.per_customer,
            "per_customer_in": usual.per_customer_in,
            "total_uses": usual.total_uses,
        },
    }
