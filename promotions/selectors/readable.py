"""What people call the articles, collections and segments that rules and discounts name by id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db.models import Q

from commerce.models import Product, ProductCollection, Segment, Sku
from core.ids import has_prefix
from core.selectors import areas
from engine import Candidate, Outcome, Reason, rules
from engine.items import ItemObject, ItemRef
from engine.rules import RuleSet
from promotions import loyalty_tiers
from promotions.selectors import whereabouts
from promotions.selectors.needs import articles_of
from promotions.selectors.snapshots import Loaded


def known_names(candidates: Iterable[Candidate]) -> dict[str, str]:
    """Ids to names of everything that the rules and discounts of these candidates mention.

    One query for each kind of thing that is mentioned.
    """
    candidates = list(candidates)
    places = {name for one in candidates for name in whereabouts.named_in(one.reason)}
    rule_sets = [rule_set for candidate in candidates for rule_set in candidate.rules]
    return _known(rule_sets, articles_of(candidates)) | areas.names_of(places)


def names_in(*rule_sets: RuleSet, articles: Iterable[str] = ()) -> dict[str, str]:
    """The same for single rules, and for these articles."""
    return _known(rule_sets, frozenset(articles))


def _known(rule_sets: Collection[RuleSet], articles: Collection[str]) -> dict[str, str]:
    items = {item for rule_set in rule_sets for item in rules.items_of(rule_set)}
    segments = {segment for rule_set in rule_sets for segment in rules.needs(rule_set).segments}
    products = _ids(items, ItemObject.PRODUCT) | {name for name in articles if not has_prefix(name, "sku")}
    skus = _ids(items, ItemObject.SKU) | {name for name in articles if has_prefix(name, "sku")}
    known = dict[str, str]()
    if products:
        found = Product.objects.filter(Q(public_id__in=products) | Q(source_id__in=products))
        known |= _named(found.values_list("public_id", "source_id", "name"))
    if skus:
        variants = Sku.objects.filter(Q(public_id__in=skus) | Q(source_id__in=skus))
        known |= _named(variants.values_list("public_id", "source_id", "sku"))
    if collections := _ids(items, ItemObject.COLLECTION):
        rows = ProductCollection.objects.filter(public_id__in=collections)
        known |= dict(rows.values_list("public_id", "name"))
    if tiers := {tier for rule_set in rule_sets for tier in rules.needs(rule_set).loyalty_tiers}:
        known |= loyalty_tiers.names(tiers)
    if segments:
        known |= dict(Segment.objects.filter(public_id__in=segments).values_list("public_id", "name"))
    return known


def spelled_out(text: str, names: Mapping[str, str]) -> str:
    """The text with names where it has ids."""
    if not names:
        return text
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda found: names[found.group()], text)


def with_names(loaded: Loaded, outcome: Outcome) -> Outcome:
    """The outcome with names instead of ids in the texts of its refusals; only those that have rules look."""
    by_name = {(one.object, one.key): one for one in loaded.snapshot.candidates}
    refused = [
        by_name[step.object, step.key]
        for step in outcome.steps
        if step.reason is not None and _has_ids(by_name[step.object, step.key], step.reason)
    ]
    if not refused:
        return outcome
    known = known_names(refused)
    steps = tuple(
        step if step.reason is None else replace(step, reason=readable(step.reason, known))
        for step in outcome.steps
    )
    return replace(outcome, steps=steps)


def _has_ids(candidate: Candidate, reason: Reason) -> bool:
    return bool(candidate.rules or whereabouts.named_in(reason))


def readable(reason: Reason, known: Mapping[str, str]) -> Reason:
    """A refusal with names instead of ids."""
    return replace(
        reason,
        details=_spelled(reason.details, known),
        remedy=_spelled(reason.remedy, known),
    )


def _spelled(text: str | None, known: Mapping[str, str]) -> str | None:
    return None if text is None else spelled_out(text, known)


def _ids(items: Iterable[ItemRef], kind: ItemObject) -> set[str]:
    return {item.id for item in items if item.object is kind}


def _named(rows: Iterable[tuple[str, str | None, str]]) -> dict[str, str]:
    known = {}
    for public_id, source_id, name in rows:
        if name:
            known[public_id] = name
            if source_id:
                known[source_id] = name
    return known
