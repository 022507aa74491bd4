"""Which campaigns a rule watches."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from core import places
from insights.models import AlertRule
from promotions import reports
from promotions.models import Campaign

EVERYTHING: Final = "all"
"""The subject of what is watched together."""


def covered(rule: AlertRule) -> Q:
    """Of campaigns: those within the scope of the rule. A rule that lost its category or area has none."""
    match AlertRule.Scope(rule.scope):
        case AlertRule.Scope.CAMPAIGN:
            return Q(pk=rule.campaign_id)
        case AlertRule.Scope.CATEGORY:
            return Q(category=rule.category_id) if rule.category_id else Q(pk__in=())
        case AlertRule.Scope.AREA:
            return Q(places__overlap=_words(rule)) if rule.area is not None else Q(pk__in=())
    return Q()


def all_of(rule: AlertRule) -> QuerySet[Campaign]:
    """Whether they run or not."""
    return Campaign.objects.filter(covered(rule))


def running(rule: AlertRule, now: datetime) -> QuerySet[Campaign]:
    """Those of them that can be redeemed now, as far as dates and switches say."""
    return reports.running(now=now).filter(covered(rule))


def subject_of(campaign: Campaign) -> str:
    return f"campaign:{campaign.public_id}"


def name_of(rule: AlertRule) -> str:
    """What a rule watches that watches it together."""
    for named in (rule.campaign, rule.category, rule.area):
        if named is not None:
            return named.name
    return ""


def _words(rule: AlertRule) -> list[str]:
    """Of whatever applies in the area, in all its stores, or in some of them."""
    area = rule.area.public_id if rule.area is not None else ""
    return [places.area(area), places.all_stores(area), f"{places.SOME}:{area}"]
