"""Earning rules, found and loaded with what is printed of them."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from loyalty.models import EarningRule


def of_programme(campaign_id: int) -> QuerySet[EarningRule]:
    return EarningRule.objects.filter(campaign=campaign_id, deleted_at=None)


def printable(rows: QuerySet[EarningRule]) -> QuerySet[EarningRule]:
    return rows.select_related("campaign", "segment", "event_schema", "validation_rule")


def get(campaign_id: int, public_id: str) -> EarningRule:
    """:raises NotFound: the programme has no such rule."""
    found = printable(of_programme(campaign_id)).filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("earning_rule", public_id)
    return found
