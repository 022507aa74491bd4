"""A shop in which every way of writing has something to change, and what each of them sends over the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from approvals import context
from approvals.models import Policy
from approvals.policies import PolicyContent, Stage
from approvals.services import policies
from approvals.services.policies import PolicySpec
from core.models import ProjectSettings
from promotions.models import Budget, Campaign, PromotionStack, PromotionTier, Voucher
from promotions.services import budgets, campaigns, stacking_rules, tiers, validation_rules, vouchers
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.stacking_rules import RulesSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.approvals.write_paths import WritePath
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import PromotionTierFactory, amount, at_least, percent, promotion_stack
from tests.promotions.api.test_versions_on_every_path import CALLS
from tests.promotions.versioned_shop import BY, Shop, opened, switch_off

type Body = Callable[[Any], Any] | dict[str, Any] | list[Any] | None


@dataclass(frozen=True, kw_only=True)
class WriteShop:
    """A campaign with codes, a promotion with two tiers in a stack, a code alone and a gift card."""

    shop: Shop
    stack: PromotionStack
    second: PromotionTier
    card: Voucher
    draft: Campaign
    rule_of_money: Policy
    project_id: str


def build() -> WriteShop:
    """Everything has a second version, so that there is one to go back to."""
    shop = opened()
    second = PromotionTierFactory(campaign=shop.promotion, name="Second", hierarchy=2)
    _change_all(shop)
    draft = CampaignSpec(is_draft=True, vouchers_count=2, values={"name": "Draft", "discount": percent(40)})
    return WriteShop(
        draft=campaigns.create(spec=draft, **BY),
        rule_of_money=policies.create(
            spec=PolicySpec(name="Money", content=PolicyContent(stages=(_FINANCE,))), is_active=False, **BY
        ),
        shop=shop,
        second=second,
        stack=promotion_stack(shop.tier, second),
        card=GiftCardFactory(code="CARD"),
        project_id=ProjectSettings.objects.get(pk=1).public_id,
    )


def _change_all(shop: Shop) -> None:
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(11)}), **BY)
    tiers.update(tier_id=shop.tier.pk, spec=TierSpec(values={"discount": amount(310)}), **BY)
    vouchers.update(voucher_id=shop.alone.pk, spec=VoucherSpec(values={"discount": percent(6)}), **BY)
    validation_rules.update(rule_id=shop.rule.pk, values={"rules": at_least(1100)}, **BY)
    budgets.update(budget_id=shop.budget.pk, spec=BudgetSpec(values={"limit": 1100}), **BY)


def _other_stack(world: WriteShop) -> dict[str, Any]:
    return {"name": "Other", "tiers": {"ids": [world.second.public_id, world.shop.tier.public_id]}}


# The policy that meets everything for everybody, where there is one.
EVERYTHING: Final = "Everything"
_FINANCE: Final = Stage(name="Finance", group="Finance")
_POLICY: Final = {"stages": [{"group": "Reviewer"}]}
_POLICIES: Final = "v1/approval-policies"
_STACKS: Final = "v1/promotions/<campaign_id>/stacks"
_RULES: Final = "management/v1/projects/<project_id>/stacking-rules"
# Makes a draft, with terms that reach nobody.
_FREE: Final = ("POST v1/campaigns/<campaign_id>/clone",)
# What changes something that a yes may be needed for. What is not here is sent `{}`.
BODIES: Final[dict[str, Body]] = {
    **{call: body for call, body in CALLS.items() if call not in _FREE},
    "POST v1/categories": {"name": "New", "hierarchy": 3},
    "PUT v1/categories/<category_id>": {"name": "Renamed", "hierarchy": 2},
    **dict.fromkeys(
        (
            f"POST v1/{noun}/versions/<number>/revert"
            for noun in (
                "budgets/<budget_id>",
                "campaigns/<campaign_id>",
                "promotions/tiers/<tier_id>",
                "validation-rules/<validation_rule_id>",
                "vouchers/<code>",
            )
        ),
        {},
    ),
    f"POST {_STACKS}": _other_stack,
    f"PUT {_STACKS}/<stack_id>": _other_stack,
    f"DELETE {_STACKS}/<stack_id>": None,
    "POST v1/vouchers/<code>/balance": {"amount": 500},
    f"POST {_POLICIES}": {"name": "New", "content": _POLICY},
    f"PUT {_POLICIES}/<policy_id>": {"content": _POLICY},
    f"DELETE {_POLICIES}/<policy_id>": None,
    f"POST {_POLICIES}/<policy_id>/enable": {},
    f"POST {_POLICIES}/<policy_id>/disable": {},
    f"PUT {_POLICIES}/<policy_id>/position": {"position": 2},
    f"POST {_RULES}": {"redeemables_limit": 7},
    f"PUT {_RULES}/<rules_id>": {"redeemables_limit": 8},
    f"DELETE {_RULES}/<rules_id>": None,
}
_DEEP: Final = {"type": "DISCOUNT_VOUCHER", "discount": percent(90)}
# Ways that one could hope to get round by: see `write_paths.of_the_api`.
VARIANTS: Final[dict[str, dict[str, Body]]] = {
    "POST v1/campaigns": {
        "with a tier": {
            "name": "New", "campaign_type": "PROMOTION",
            "promotion": {"tiers": [{"name": "Deep", "action": {"discount": percent(90)}}]},
        },
        "more codes than at once": {
            "name": "New", "campaign_type": "DISCOUNT_COUPONS", "vouchers_count": 201, "voucher": _DEEP,
        },
        "one code for all": {
            "name": "New", "campaign_type": "DISCOUNT_COUPONS", "type": "STANDALONE",
            "voucher": {**_DEEP, "code": "ALL90"},
        },
    },
    "PUT v1/campaigns/<campaign_id>": {
        "metadata": {"metadata": {"note": "only a note"}}, "discount": {"discount": percent(90)},
    },
    "DELETE v1/campaigns/<campaign_id>": {"?force=true": None},
    "POST v1/campaigns/<campaign_id>/vouchers": {"?vouchers_count=2": {"discount": percent(90)}},
    "PUT v1/promotions/tiers/<tier_id>": {"deeper": {"action": {"discount": amount(9000)}}},
    "POST v1/vouchers": {
        "into a campaign": lambda shop: {
            "code": "SNEAK", "campaign_id": shop.campaign.public_id, "discount": percent(90),
        },
        "with conditions": lambda shop: {"code": "N", "validation_rules": [shop.rule.public_id], **_DEEP},
        "drawn": _DEEP,
        "gift card": {"type": "GIFT_VOUCHER", "gift": {"amount": 5000}},
    },
    "PUT v1/vouchers/<code>": {"deeper": {"discount": percent(90)}, "metadata": {"metadata": {"a": 3}}},
    "DELETE v1/vouchers/<code>": {"?force=true": None},
    "DELETE v1/categories/<category_id>": {"?remove_from_stacking_rules=true": None},
    "PUT v1/budgets/<budget_id>": {"higher": {"limit": 10**9}},
    "PUT v1/validation-rules/<validation_rule_id>": {"name only": {"name": "Renamed"}},
}  # fmt: skip


def is_known(path: WritePath) -> bool:
    """Whether there is a body for it that makes sense."""
    bare = f"{path.method} {path.route.pattern}"
    return bare in BODIES


def sent(path: WritePath, world: WriteShop) -> dict[str, Any]:
    """What a test client is given beside method and address."""
    if not is_known(path):
        return {"data": "{}", "content_type": "application/json"}
    bare = f"{path.method} {path.route.pattern}"
    label = f"?{path.query}" if path.query else path.variant
    body = VARIANTS[bare][label] if label else BODIES[bare]
    if callable(body):
        body = body(world if _STACKS in bare else world.shop)
    return {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}


def address(path: WritePath, world: WriteShop) -> str:
    """With ids of the shop; what there is no body for goes to `missing`."""
    if not is_known(path):
        return path.route.path()
    shop = world.shop
    code = "BRANDNEW" if path.method == "POST" and path.route.pattern.endswith("<code>") else "ALONE"
    found = path.route.path(
        campaign_id=(shop.promotion if "/promotions/" in path.route.pattern else shop.campaign).public_id,
        category_id=shop.category.public_id,
        tier_id=shop.tier.public_id,
        stack_id=world.stack.public_id,
        validation_rule_id=shop.rule.public_id,
        assignment_id=shop.assignment.public_id,
        budget_id=shop.budget.public_id,
        number="1",
        policy_id=world.rule_of_money.public_id,
        code=world.card.code if path.route.pattern.endswith("/balance") else code,
        project_id=world.project_id,
        rules_id=ProjectSettings.objects.get(pk=1).stacking_rules_id or "missing",
    )
    return f"{found}?{path.query}" if path.query else found


def prepare(path: WritePath, world: WriteShop) -> bool:
    """Do what has to be so before the call has something to change; whether there was anything to do."""
    pattern = path.route.pattern.rstrip("/")
    if "approval-policies/<" in pattern or "/policy/" in pattern:
        _two_policies(is_active=not pattern.endswith("enable"))
    elif pattern.endswith("enable") or path.query == "action=enable_chosen":
        switch_off()
        Budget.objects.update(is_active=False)
        if "campaign" not in pattern:  # what belongs to a campaign that is off reaches nobody
            on = [world.shop.campaign.pk, world.shop.promotion.pk]
            Campaign.objects.filter(pk__in=on).update(is_active=True)
    elif pattern == f"{_RULES}/<rules_id>":
        with context.opened():  # whatever policy there is, nobody is asked about this
            stacking_rules.create(spec=RulesSpec(), **BY)
    else:
        return False
    return True


def _two_policies(*, is_active: bool) -> None:
    """Somewhere to move to; they may be in force, and ask nobody about policies."""
    second = PolicyContent(operations=("vouchers.adjust",), stages=(_FINANCE,))
    policies.create(spec=PolicySpec(name="Second", content=second), is_active=False, **BY)
    Policy.objects.exclude(name=EVERYTHING).update(is_active=is_active, content=second.to_json())
