"""Changes of what a programme gives points for that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from loyalty import programme_words
from loyalty.models import EarningRule
from loyalty.selectors import earning_rules as selectors
from loyalty.selectors import tiers
from loyalty.services import earning_rules
from loyalty.services.earning_rules import EarningRuleSpec
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions.models import Campaign

RULES: Final = "earning_rules"
_SAID: Final = "said"
type Content = Mapping[str, Any]

_OPERATIONS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "earning_rules.create": ("New earning rules", earning_rules.create),
    "earning_rules.update": ("Change an earning rule", earning_rules.update),
    "earning_rules.switch": ("Switch an earning rule", earning_rules.set_active),
    "earning_rules.delete": ("Remove an earning rule", earning_rules.delete),
}


def register() -> None:
    for name, (label, service) in _OPERATIONS.items():
        registry.register(
            Operation(
                name=name,
                label=label,
                permission="campaigns.modify",
                service=service,
                describe=_rules,
                specs=(EarningRuleSpec,),
                touched=_touched,
                counts_as=("campaigns.update",),
            )
        )
    registry.register_words(RULES, sentences)
    registry.register_page(RULES, _page)


def _rules(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """All rules of the programme: what one gives is seen beside the others."""
    campaign = Campaign.objects.filter(pk=_campaign_id(arguments) or 0).first()
    if campaign is None:
        return Subject(type=RULES, is_running=False)
    rules = list(selectors.printable(selectors.of_programme(campaign.pk)).order_by("pk"))
    names = tiers.names({rule.loyalty_tier_id for rule in rules} - {"", programme_words.ANY_TIER})
    content = {
        str(place): {_SAID: _words(rule, names), **earning_rules.described(rule)}
        for place, rule in enumerate(rules, start=1)
    }
    return Subject(
        type=RULES,
        id=campaign.public_id,
        label=campaign.name,
        content=content,
        facts=facts.of(contents.campaign(campaign.pk), arguments["now"]) | facts.of_places(campaign.places),
        is_running=not campaign.is_draft,
    )


def _words(rule: EarningRule, names: Mapping[str, str]) -> str:
    parts = [
        programme_words.trigger(rule, names),
        programme_words.ratio(rule.loyalty, names),
        *programme_words.more(rule),
    ]
    return "; ".join(parts)


def _campaign_id(arguments: Arguments) -> int | None:
    if "campaign_id" in arguments:
        return int(arguments["campaign_id"])
    rows = EarningRule._base_manager.filter(pk=arguments["earning_rule_id"])
    return rows.values_list("campaign", flat=True).first()


def _touched(arguments: Arguments) -> Iterator[Iterable[str]]:
    rows = Campaign._base_manager.filter(pk=_campaign_id(arguments) or 0)
    yield from rows.values_list("places", flat=True)


def _page(public_id: str) -> str:
    pk = Campaign.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:promotions_campaign_change", args=[pk])


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different, rule by rule. Rules are told by what they say: they have no names."""
    old, new = list((before or {}).values()), list((after or {}).values())
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if len(gone) == len(come) == 1:
        return _changed(gone[0], come[0])
    return [*(f"No more: {one[_SAID]}" for one in gone), *(f"New: {one[_SAID]}" for one in come)]


def _changed(old: Content, new: Content) -> list[str]:
    said = []
    if old.get("active") != new.get("active"):
        said.append(f"{'Enabled' if new.get('active') else 'Disabled'}: {new[_SAID]}")
    if old[_SAID] != new[_SAID]:
        said.append(f"{new[_SAID]}, until now: {old[_SAID]}")
    others = (old.keys() | new.keys()) - {_SAID, "active"}
    if not said and any(old.get(key) != new.get(key) for key in others):
        said.append(f"{new[_SAID]}: details change")
    return said
