"""What many campaigns, codes and tiers offer and ask, for lists and panels: one query for all of their rules,
one more for each kind of thing that these name."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.text import Truncator

from core import words
from engine import rules
from engine.applicability import Applicability
from engine.rules import RuleSet, RuleSyntaxError
from promotions import gifts
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.selectors.readable import names_in
from promotions.words import card, discount, offer_elsewhere

type Related = Voucher | Campaign | PromotionTier

MODELS: Final[dict[str, type[Related]]] = {
    ValidationRuleAssignment.RelatedObject.CAMPAIGN: Campaign,
    ValidationRuleAssignment.RelatedObject.VOUCHER: Voucher,
    ValidationRuleAssignment.RelatedObject.PROMOTION_TIER: PromotionTier,
}
_SHOWN_CHARACTERS: Final = 60
_NO_ITEMS: Final = Applicability()


def name_of(row: Related) -> str:
    """Its wire name, which is the column of an assignment, too."""
    return next(name for name, model in MODELS.items() if isinstance(row, model))


class Ruled:
    """Rows that are shown together, with the rules of each. Nothing is loaded before it is asked for.

    Rows of codes and tiers have their campaign loaded.
    """

    def __init__(self, rows: Iterable[Related]) -> None:
        self._rows = tuple(rows)

    def offer(self, row: Related) -> str:
        """10 % off every item from Coffee: its discount, or its campaign's; or where discounts are."""
        if isinstance(row, Campaign) and (elsewhere := offer_elsewhere(row)):
            return elsewhere
        cards = _cards(row)
        if cards is None:
            return self._effect(row, _discount_of(row))
        pays, effect = cards
        on_items = effect == Voucher.GiftEffect.APPLY_TO_ITEMS
        return f"{pays}. {self._effect(row, gifts.pays(effect))}" if on_items else pays

    def _effect(self, row: Related, wire: Mapping[str, Any] | None) -> str:
        if not wire:
            return discount(None)
        found = [self._targets[rule.pk] for rule in self.rules(row)]
        read = [rule_set for rule_set in found if rule_set is not None]
        targets = next((one.applicable_to for one in read if not one.applicable_to.is_empty), None)
        if targets is None and len(read) == len(found):
            targets = _NO_ITEMS
        bundle = next((one.bundle for one in read if one.bundle is not None), None)
        return discount(wire, targets, bundle=bundle, known=self._names)

    def conditions(self, row: Related) -> str:
        """The names of its rules as links; a dash where it is for everybody."""
        found = [
            (
                reverse("admin:promotions_validationrule_change", args=[rule.pk]),
                Truncator(rule.name).chars(_SHOWN_CHARACTERS),
            )
            for rule in self.rules(row)
        ]
        return format_html_join(", ", '<a class="fanfare-link" href="{}">{}</a>', found) or words.NOTHING

    def rules(self, row: Related) -> Sequence[ValidationRule]:
        """Its own before its campaign's; all of them have to be fulfilled."""
        found = (self._assigned.get(place) for place in _places(row))
        return [rule for rule in found if rule is not None]

    @functools.cached_property
    def _assigned(self) -> Mapping[tuple[str, int], ValidationRule]:
        wanted: dict[str, set[int]] = {}
        for row in self._rows:
            for name, pk in _places(row):
                wanted.setdefault(name, set()).add(pk)
        if not wanted:
            return {}
        condition = functools.reduce(Q.__or__, (Q(**{f"{name}__in": pks}) for name, pks in wanted.items()))
        found = ValidationRuleAssignment.objects.filter(condition).select_related("rule")
        loaded: Any = found.only(
            *(f"{name}_id" for name in MODELS), "rule__name", "rule__applicable_to", "rule__bundle_rules"
        )
        return {
            (name, pk): one.rule
            for one in loaded
            for name in MODELS
            if (pk := getattr(one, f"{name}_id")) is not None
        }

    @functools.cached_property
    def _targets(self) -> Mapping[int, RuleSet | None]:
        """What the rules say about items, without their conditions; None = it cannot be read."""
        return {rule.pk: _targets_of(rule) for rule in self._assigned.values()}

    @functools.cached_property
    def _names(self) -> Mapping[str, str]:
        return names_in(*(rule_set for rule_set in self._targets.values() if rule_set is not None))


def _cards(row: Related) -> tuple[str, str] | None:
    """What a card has, or new cards will have, and what they pay; None: it is about discounts."""
    if isinstance(row, Voucher) and gifts.is_card(row):
        return card(row), row.gift_effect
    if isinstance(row, Campaign) and row.gift:
        return f"Gift cards of {words.money(row.gift['amount'])}", row.gift["effect"]
    return None


def _discount_of(row: Related) -> Mapping[str, Any] | None:
    campaign = None if isinstance(row, Campaign) else row.campaign
    found: Mapping[str, Any] | None = row.discount or (campaign.discount if campaign else None)
    return found


def _places(row: Related) -> Iterator[tuple[str, int]]:
    if row.pk is not None:
        yield name_of(row), row.pk
    campaign = None if isinstance(row, Campaign) else row.campaign
    if campaign is not None:
        yield ValidationRuleAssignment.RelatedObject.CAMPAIGN, campaign.pk


def _targets_of(rule: ValidationRule) -> RuleSet | None:
    parts = {"applicable_to": rule.applicable_to, "bundle_rules": rule.bundle_rules}
    try:
        return rules.parse({name: value for name, value in parts.items() if value})
    except RuleSyntaxError:
        return None
