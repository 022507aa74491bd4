"""Changes of what a programme gives points for that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from loyalty import programme_words
from loyalty.models import EarningRule
from loyalty.selectors import overview, tiers
from loyalty.services import earning_rules
from loyalty.services.earning_rules import EarningRuleSpec
from promotions.approval_belongings import Belongings, Content
from promotions.models import Campaign

RULES: Final = "earning_rules"
_SAID: Final = "said"

_OPERATIONS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "earning_rules.create": ("New earning rules", earning_rules.create),
    "earning_rules.update": ("Change an earning rule", earning_rules.update),
    "earning_rules.switch": ("Switch an earning rule", earning_rules.set_active),
    "earning_rules.delete": ("Remove an earning rule", earning_rules.delete),
}


def _content(campaign: Campaign) -> Content:
    """All rules of the programme: what one gives is seen beside the others."""
    rules = overview.rules(campaign.pk)
    names = tiers.names({rule.loyalty_tier_id for rule in rules} - {"", programme_words.ANY_TIER})
    return {
        str(place): {_SAID: _words(rule, names), **earning_rules.described(rule)}
        for place, rule in enumerate(rules, start=1)
    }


def _words(rule: EarningRule, names: Mapping[str, str]) -> str:
    parts = [
        programme_words.trigger(rule, names),
        programme_words.ratio(rule.loyalty, names),
        *programme_words.more(rule),
    ]
    return "; ".join(parts)


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


_RULES: Final = Belongings(
    target_type=RULES,
    kind=Campaign.CampaignType.LOYALTY_PROGRAM,
    model=EarningRule,
    argument="earning_rule_id",
    specs=(EarningRuleSpec,),
    content=_content,
    sentences=sentences,
)


def register() -> None:
    _RULES.register(_OPERATIONS)
