"""Versions of terms in plain words: what each says, and what is different from the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from core import places, words
from core.exact import exact
from core.instants import parse_instant
from core.selectors import areas
from engine import effects
from promotions import points, referral_codes, rule_words
from promotions.budget_words import MONEY
from promotions.models import Budget, Campaign, Category, ValidationRule, Version, Voucher
from promotions.selectors.needs import articles_given
from promotions.words import discount, span, time_limits

type Lines = dict[str, str]
"""Label -> what is said, in the order of reading."""

_CHOICES: Final[Mapping[str, tuple[str, Any]]] = {
    "campaign_type": ("Kind", Campaign.CampaignType),
    "gift_effect": ("Pays", Voucher.GiftEffect),
    "measure": ("Limits", Budget.Measure),
    "period": ("Renewed", Budget.Period),
    "per": ("Counted for", Budget.Per),
    "customer_key": ("A customer is", Budget.CustomerKey),
    "policy": ("At the limit", Budget.Policy),
}
_LIMITS: Final = (
    "start_date",
    "expiration_date",
    "timeframe_interval",
    "validity_day_of_week",
    "validity_hours",
)
_INHERITED: Final = "as its campaign"
_NO_RULE: Final = "For everybody and every order"


class Speaker:
    """Puts versions that are shown together into words; the names in all of them are looked up together."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._known = names_in([version.content for version in versions])

    def changes(self, version: Version, before: Version | None) -> Lines:
        """What the version says otherwise than the one before it; all that it says, if it is the first."""
        now = self.said(version)
        if before is None:
            return now
        then = self.said(before)
        found = {
            label: f"{then.get(label, words.NOTHING)} → {now.get(label, words.NOTHING)}"
            for label in {**now, **then}
            if now.get(label) != then.get(label)
        }
        return found or {"Details": "changed"}

    def said(self, version: Version) -> Lines:
        return said(Version.Subject(version.subject_type), version.content, self._known)


def said(subject: Version.Subject, content: Mapping[str, Any], known: Mapping[str, str]) -> Lines:
    """What terms say, a line for each; `known` calls what they name by id. No query."""
    if subject is Version.Subject.RULE:
        return dict(_of_rule(content, known))
    return {
        label: text
        for label, text in (
            *_state(content),
            *_choices(content),
            *_of_budget(content, known),
            *_worth(content, known),
            *_times(content),
            *_uses(subject, content),
            *_named(content, known),
            *_metadata(content),
            *_returns(content),
        )
        if text
    }


def names_in(contents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What everything that terms name by its id is called; a query for each kind that is there."""
    discounts = [one["discount"] for one in contents if "discount" in one]
    return {**_names(contents), **names_of_terms(rules=contents, discounts=discounts)}


def names_of_terms(
    *, rules: Iterable[Mapping[str, Any]], discounts: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """What the ids in these rules and discounts are called."""
    articles = [article for wire in discounts for article in _articles(wire)]
    return rule_words.names_of([rule_words.document_in(one) for one in rules], articles=articles)


def windows(content: Mapping[str, Any]) -> str:
    """On which days and hours between its dates: Monday, Friday; empty: at any time."""
    dates = ("start_date", "expiration_date")
    limits = time_limits(_limited({name: value for name, value in content.items() if name not in dates}))
    return limits.partition("; ")[2]


def _articles(wire: Mapping[str, Any]) -> frozenset[str]:
    try:
        return articles_given(effects.parse(exact(wire)))
    except effects.DiscountError:
        return frozenset()


def _of_rule(content: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    text = rule_words.paragraph(rule_words.document_in(content), known)
    yield "Conditions", text.removesuffix(".") or _NO_RULE
    if message := (content.get("error") or {}).get("message"):
        yield "Customers read", message


def _worth(content: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if wire := content.get("discount"):
        yield "Discount", discount(exact(wire), known=known)
    elif "campaign_id" in content and "gift_effect" not in content:
        yield "Discount", _INHERITED
    if gift := content.get("gift"):
        pays = Voucher.GiftEffect(gift["effect"]).label.lower()
        yield "Gift cards", f"{words.money(gift['amount'])}, each {pays}"
    if loyalty := content.get("loyalty"):
        yield from points.keeper().in_words(loyalty)
    if referral := content.get("referral"):
        yield from referral_codes.programmes().in_words(referral)


def _named(content: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if category := content.get("category_id"):
        yield "Category", known.get(category, category)
    if found := content.get("places"):
        yield "Applies", areas.spoken(found, known)
    if rule := content.get("validation_rule_id"):
        number = content.get("validation_rule_version")
        yield "Conditions", f"“{known.get(rule, rule)}”, version {number}"


def _of_budget(content: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if "limit" in content:
        limit = content["limit"]
        yield "Limit", words.money(limit) if content["measure"] in MONEY else f"{limit:,}"
    yield "Field", content.get("field", "")
    for name in ("channels", "stores", "campaigns"):
        found = [known.get(one, one) for one in content.get(name, [])]
        yield name.capitalize(), ", ".join(found)


def _names(contents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What categories, conditions and campaigns are called; a query for each kind that is there."""
    models: tuple[tuple[str, Any], ...] = (("category_id", Category), ("validation_rule_id", ValidationRule))
    known: dict[str, str] = {}
    for name, model in models:
        if ids := {one[name] for one in contents if name in one}:
            known |= dict(model.objects.filter(public_id__in=ids).values_list("public_id", "name"))
    if ids := {name for one in contents for _, name in places.named(one.get("places", []))}:
        known |= areas.names_of(ids)
    if ids := {campaign for one in contents for campaign in one.get("campaigns", [])}:
        known |= dict(Campaign.objects.filter(public_id__in=ids).values_list("public_id", "name"))
    return known


def _state(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "deleted_at" in content:
        yield "State", "deleted"
    else:
        yield "State", "enabled" if content.get("active") else "disabled"


def _choices(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, (label, choices) in _CHOICES.items():
        if name in content:
            yield label, dict(choices.choices).get(content[name], content[name])
    is_promotion = content.get("campaign_type") == Campaign.CampaignType.PROMOTION
    if content.get("type") in Campaign.Type.values and not is_promotion:
        yield "Codes", Campaign.Type(content["type"]).label


def _times(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "measure" in content:
        return
    is_inherited = "campaign_id" in content and content.keys().isdisjoint(_LIMITS)
    yield "Valid", _INHERITED if is_inherited else time_limits(_limited(content))
    after = content.get("activity_duration_after_publishing")
    yield "Valid after publishing for", span(after) if after else ""


def _limited(content: Mapping[str, Any]) -> Campaign:
    names = ("start_date", "expiration_date")
    starts_at, ends_at = (parse_instant(content[name]) if name in content else None for name in names)
    return Campaign(
        starts_at=starts_at,
        ends_at=ends_at,
        timeframe_interval=content.get("timeframe_interval", ""),
        timeframe_duration=content.get("timeframe_duration", ""),
        days_of_week=content.get("validity_day_of_week"),
        validity_hours=content.get("validity_hours"),
    )


def _uses(subject: Version.Subject, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    subjects = Version.Subject
    label = {subjects.CAMPAIGN: "Uses per code", subjects.VOUCHER: "Uses"}.get(subject)
    if label and content.get("campaign_type") != Campaign.CampaignType.PROMOTION:
        quantity = content.get("redemption_quantity")
        yield label, "no limit" if quantity is None else f"{quantity:,}"


def _metadata(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in (content.get("metadata") or {}).items():
        yield f"Metadata {name}", words.shown(value)


def _returns(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if policy := content.get("return_policy"):
        yield "When items are returned", Campaign.ReturnPolicy(policy).label
