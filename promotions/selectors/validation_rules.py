"""Finding validation rules and what they hold for; the rules of many redeemables in one query."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core import places, prepared
from core.errors import NotFound
from core.ids import has_prefix
from core.models import ExactJSONDecoder
from engine import rules
from engine.rules import RuleSet
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.selectors import stops, whereabouts
from promotions.selectors.stops import Stops
from promotions.selectors.whereabouts import Called, Here

RESOURCE: Final = "validation_rules"
"""What an error calls a rule; the `object` of a printed one."""

PARTS: Final = ("rules", "applicable_to", "bundle_rules", "error")
"""The columns in wire form."""

_KEPT_RULE_SETS: Final = 1024
# Every request about redeemables asks this. The parts come as text: what was parsed before is known by it.
_RULES_OF: Final = (
    """
SELECT assignment.voucher_id, assignment.campaign_id, assignment.promotion_tier_id, rule.version_id,
       rule.public_id, rule.name, rule.rules::text, rule.applicable_to::text, rule.bundle_rules::text,
       rule.error::text
FROM promotions_validationruleassignment AS assignment
JOIN promotions_validationrule AS rule ON rule.id = assignment.rule_id
WHERE assignment.voucher_id = ANY(%(vouchers)s) OR assignment.campaign_id = ANY(%(campaigns)s)
   OR assignment.promotion_tier_id = ANY(%(tiers)s)
UNION ALL
SELECT NULL, draw.campaign_id, NULL, NULL, NULL, row_to_json(budget)::text, NULL, NULL, NULL, NULL
FROM promotions_budgetcampaign AS draw JOIN promotions_budget AS budget ON budget.id = draw.budget_id
WHERE draw.campaign_id = ANY(%(campaigns)s) AND budget.is_active AND budget.deleted_at IS NULL
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, in_force.stop, NULL, NULL, NULL, NULL
FROM ("""
    + stops.IN_FORCE
    + """) AS in_force(stop)
UNION ALL
SELECT 0, NULL, NULL, NULL, NULL, named.place, NULL, NULL, NULL, NULL
FROM ("""
    + whereabouts.NAMED
    + """) AS named(place)
"""
)
_COLUMN_OF_PREFIX: Final = (("camp", "campaign"), ("promo", "promotion_tier"), ("v", "voucher"))


def get(rule_id: str) -> ValidationRule:
    """The rule of a path, ready to be printed.

    :raises NotFound: unknown id.
    """
    rule = counted(ValidationRule.objects.all()).filter(public_id=rule_id).first()
    if rule is None:
        raise NotFound.of(RESOURCE, rule_id)
    return rule


def named(rule_ids: Sequence[str]) -> ValidationRule | None:
    """The rule that a new definition names: none, or one.

    :raises NotFound: there is no such rule.
    """
    return get(rule_ids[0]) if rule_ids else None


def of_campaign(campaign: Campaign | None) -> ValidationRule | None:
    return ValidationRule.objects.filter(assignments__campaign=campaign).first() if campaign else None


def of_tier(tier: PromotionTier) -> ValidationRule | None:
    return ValidationRule.objects.filter(assignments__promotion_tier=tier).first()


def targets_items(*rules_of_one: ValidationRule | None) -> bool:
    """Whether one of the rules of a definition says which items its discount lowers (contract: 5.1)."""
    targets = [rule.applicable_to for rule in rules_of_one if rule is not None]
    return any(to.get(name) for to in targets for name in ("included", "excluded", "included_all"))


def counted(rows: QuerySet[ValidationRule]) -> QuerySet[ValidationRule]:
    """With `assignments_count`: as many as the lists of assignments show."""
    mine = present_assignments().filter(rule=OuterRef("pk")).order_by().values("rule")
    count = mine.annotate(count=Count("pk")).values("count")
    return rows.annotate(assignments_count=Coalesce(Subquery(count), Value(0)))


def present_assignments() -> QuerySet[ValidationRuleAssignment]:
    """Those of codes, campaigns and tiers that can be found. What is in the bin keeps its rule unseen."""
    rows = ValidationRuleAssignment.objects.filter(
        voucher__deleted_at=None,
        voucher__campaign__deleted_at=None,
        campaign__deleted_at=None,
        promotion_tier__deleted_at=None,
        promotion_tier__campaign__deleted_at=None,
    )
    if places.limit() is None:
        return rows
    return rows.filter(
        Q(campaign__in=Campaign.objects.values("pk"))
        | Q(voucher__in=Voucher.objects.values("pk"))
        | Q(promotion_tier__in=PromotionTier.objects.values("pk"))
    )


def printable_assignments(
    rows: QuerySet[ValidationRuleAssignment],
) -> QuerySet[ValidationRuleAssignment]:
    return rows.select_related("rule", "voucher", "campaign", "promotion_tier").only(
        "public_id",
        "created_at",
        "updated_at",
        "rule__public_id",
        "voucher__public_id",
        "campaign__public_id",
        "promotion_tier__public_id",
    )


def assignment(rule_id: str, assignment_id: str) -> ValidationRuleAssignment:
    """:raises NotFound: unknown rule, or it has no such assignment."""
    rule = get(rule_id)
    found = present_assignments().filter(rule=rule, public_id=assignment_id).first()
    if found is None:
        raise NotFound.of("validation_rules_assignment", assignment_id)
    return found


def related_to(object_id: str) -> Q:
    """Assignments of what has this id: a voucher, a campaign or a tier."""
    column = next((name for prefix, name in _COLUMN_OF_PREFIX if has_prefix(object_id, prefix)), "voucher")
    return Q(**{f"{column}__public_id": object_id})


def with_assignment[Row: models.Model](rows: QuerySet[Row], *paths: str) -> QuerySet[Row]:
    """With `rule_assignment` and the id of its rule loaded along, for printing.

    `paths` lead from the rows to vouchers, campaigns or tiers; none: the rows themselves are such.
    """
    rules_at = [f"{path}__rule_assignment__rule" for path in paths] or ["rule_assignment__rule"]
    unprinted = (f"{rule}__{column}" for rule in rules_at for column in PARTS)
    return rows.select_related(*rules_at).defer(*unprinted)


_NOWHERE: Final = Called()


@dataclass(frozen=True, kw_only=True)
class RulesOf:
    """Rules of redeemables by primary key, parsed; who has none gets an empty tuple.

    `version_ids`: primary keys of the versions that were read, by the wire id of the rule. `budgets`: the
    campaigns that draw on each budget in force, which stands there as JSON. `stops`: emergency stops in force
    (`selectors.stops`). `here`: the place that was asked for.
    """

    vouchers: Mapping[int, tuple[RuleSet, ...]]
    campaigns: Mapping[int, tuple[RuleSet, ...]]
    tiers: Mapping[int, tuple[RuleSet, ...]]
    version_ids: Mapping[str, int] = field(default_factory=dict)
    budgets: Mapping[str, Sequence[int]] = field(default_factory=dict)
    stops: Stops = field(default_factory=Stops)
    here: Here = field(default_factory=lambda: Here(called=_NOWHERE))

    def voucher(self, pk: int) -> tuple[RuleSet, ...]:
        return self.vouchers.get(pk, ())

    def campaign(self, pk: int) -> tuple[RuleSet, ...]:
        return self.campaigns.get(pk, ())

    def tier(self, pk: int) -> tuple[RuleSet, ...]:
        return self.tiers.get(pk, ())


def rules_of(
    *,
    vouchers: Collection[int] = (),
    campaigns: Collection[int] = (),
    tiers: Collection[int] = (),
    called: Called = _NOWHERE,
) -> RulesOf:
    """The rules assigned to these primary keys, the budgets of these campaigns, all emergency stops, and the
    place that is called so.

    In one query (in none, if there are no keys).
    """
    found: dict[str, dict[int, tuple[RuleSet, ...]]] = {"voucher": {}, "campaign": {}, "promotion_tier": {}}
    version_ids: dict[str, int] = {}
    wanted = {"vouchers": list(vouchers), "campaigns": list(campaigns), "tiers": list(tiers)}
    named: list[str] = []
    budgets: dict[str, list[int]] = {}
    in_force: list[str] = []
    read_at = time.monotonic()
    if any(wanted.values()):
        with prepared.cursor() as cursor:
            cursor.execute(_RULES_OF, {**wanted, "store": called.store, "area": called.area})
            rows = cursor.fetchall()
        for voucher, campaign, tier, version_id, *rule in rows:
            if voucher == 0:
                named.append(rule[1])
                continue
            if rule[0] is None and campaign is None:
                in_force.append(rule[1])
                continue
            if rule[0] is None:
                budgets.setdefault(rule[1], []).append(campaign)
                continue
            rule_set = (_parsed(*rule),)
            if version_id is not None:
                version_ids[rule_set[0].id] = version_id
            for column, pk in (("voucher", voucher), ("campaign", campaign), ("promotion_tier", tier)):
                if pk is not None:
                    found[column][pk] = rule_set
    return RulesOf(
        vouchers=found["voucher"],
        campaigns=found["campaign"],
        tiers=found["promotion_tier"],
        budgets=budgets,
        version_ids=version_ids,
        stops=stops.of(in_force, read_at=read_at),
        here=whereabouts.of(called, named),
    )


def tree_of(rule: ValidationRule) -> RuleSet:
    """One stored rule as the engine reads it."""
    parts = {part: value for part in PARTS if (value := getattr(rule, part)) is not None}
    return rules.parse({"id": rule.public_id, "name": rule.name, **parts})


@functools.lru_cache(maxsize=_KEPT_RULE_SETS)
def _parsed(public_id: str, name: str, *parts: str | None) -> RuleSet:
    """Kept by everything it is made of, so that it cannot be stale; `parts` are JSON texts, as in `PARTS`."""
    loaded = {
        part: json.loads(text, cls=ExactJSONDecoder)
        for part, text in zip(PARTS, parts, strict=True)
        if text is not None
    }
    return rules.parse({"id": public_id, "name": name, **loaded})
