"""Budgets on the wire. Goes beyond the contract; unlike elsewhere, unknown properties are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rest_framework.exceptions import ValidationError

from core.api.fields import (
    AmountField,
    BooleanField,
    ChoiceField,
    DateField,
    IntegerField,
    ListField,
    TextField,
    WireSerializer,
)
from core.errors import InvalidPayload
from core.instants import format_instant, format_optional
from promotions import budget_subjects
from promotions.models import Budget, Counter
from promotions.selectors.budgets import OBJECT
from promotions.services.budget_terms import LONGEST_NAME, MOST_MONTHS, MOST_NAMES, MOST_THRESHOLDS
from promotions.services.budgets import MOST_CAMPAIGNS, BudgetSpec


class ExactInput(WireSerializer):
    """Money is decided by these: a misspelled property may not go unnoticed."""

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        for name in data:
            if name not in self.fields:
                raise ValidationError({name: f"is not known; known are {', '.join(self.fields)}"})
        return found


class PlannedMonthInput(ExactInput):
    month = TextField(max_length=7)
    amount = AmountField()


class PlanInput(ExactInput):
    starts_on = DateField(required=False, allow_null=True)
    ends_on = DateField(required=False, allow_null=True)
    months = ListField(child=PlannedMonthInput(), required=False, max_length=MOST_MONTHS)


class BudgetChangeInput(ExactInput):
    """What is not sent stays; `campaign_ids` and `plan.months` are replaced as a whole."""

    name = TextField(required=False, allow_blank=False, max_length=200)
    measure = ChoiceField(Budget.Measure, required=False)
    limit = AmountField(required=False)
    period = ChoiceField(Budget.Period, required=False)
    per = ChoiceField(Budget.Per, required=False)
    customer_key = ChoiceField(Budget.CustomerKey, required=False)
    metadata_field = TextField(required=False, allow_null=True, max_length=100)
    policy = ChoiceField(Budget.Policy, required=False)
    channels = ListField(child=TextField(max_length=LONGEST_NAME), required=False, max_length=MOST_NAMES)
    stores = ListField(child=TextField(max_length=LONGEST_NAME), required=False, max_length=MOST_NAMES)
    thresholds = ListField(
        child=IntegerField(lowest=1, highest=100), required=False, max_length=MOST_THRESHOLDS
    )
    campaign_ids = ListField(child=TextField(max_length=64), required=False, max_length=MOST_CAMPAIGNS)
    active = BooleanField(required=False)
    plan = PlanInput(required=False)


class BudgetInput(BudgetChangeInput):
    name = TextField(allow_blank=False, max_length=200)
    limit = AmountField()


_RENAMED = {"metadata_field": "field", "active": "is_active"}
_ELSEWHERE = frozenset({"campaign_ids", "plan"})


def budget_spec(given: Mapping[str, Any]) -> BudgetSpec:
    """:raises InvalidPayload: a month that is none, or one twice."""
    columns = {_RENAMED.get(name, name): value for name, value in given.items() if name not in _ELSEWHERE}
    if "field" in columns:
        columns["field"] = columns["field"] or ""
    planned = given.get("plan", {})
    columns |= {name: planned[name] for name in ("starts_on", "ends_on") if name in planned}
    months = _months(planned["months"]) if "months" in planned else None
    return BudgetSpec(values=columns, campaign_ids=given.get("campaign_ids"), plan=months)


def _months(rows: Sequence[Mapping[str, Any]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for place, row in enumerate(rows):
        try:
            month = date.fromisoformat(f"{row['month']}-01")
        except ValueError:
            raise InvalidPayload(f"Property .plan.months.{place}.month must be a month (YYYY-MM)") from None
        if month in found:
            raise InvalidPayload(f"Property .plan.months.{place}.month must not repeat {row['month']}")
        found[month] = row["amount"]
    return found


def budget_output(budget: Budget) -> dict[str, Any]:
    """Reads campaigns and plan: load them along (`selectors.budgets.printable`)."""
    return {
        "id": budget.public_id,
        "name": budget.name,
        "measure": budget.measure,
        "limit": budget.limit,
        "period": budget.period,
        "per": budget.per,
        "customer_key": budget.customer_key,
        "metadata_field": budget.field or None,
        "policy": budget.policy,
        "channels": budget.channels,
        "stores": budget.stores,
        "thresholds": budget.thresholds,
        "campaign_ids": [draw.campaign.public_id for draw in budget.draws.all()],
        "active": budget.is_active,
        "plan": {
            "starts_on": budget.starts_on.isoformat() if budget.starts_on else None,
            "ends_on": budget.ends_on.isoformat() if budget.ends_on else None,
            "months": [{"month": f"{row.month:%Y-%m}", "amount": row.amount} for row in budget.plan.all()],
        },
        "created_at": format_instant(budget.created_at),
        "updated_at": format_optional(budget.updated_at),
        "object": OBJECT,
    }


def counter_output(counter: Counter, budget: Budget, customer_ids: Mapping[int, str]) -> dict[str, Any]:
    """`customer_ids`: wire ids by primary key, for counters of customers."""
    limit = budget.limit if counter.most is None else counter.most
    return {
        "budget_id": budget.public_id,
        "subject": _subject_output(counter.subject, customer_ids),
        "period": counter.period or None,
        "limit": limit,
        "used": counter.value,
        "held": counter.held,
        "left": max(0, limit - counter.value - counter.held),
        "object": "budget_counter",
    }


def _subject_output(text: str, customer_ids: Mapping[int, str]) -> dict[str, Any] | None:
    """Null: everybody. The `id` of a customer is the one of the wire; null for a store that nobody named."""
    subject = budget_subjects.read(text)
    if subject is None:
        return None
    is_customer = subject.kind == budget_subjects.CUSTOMER
    key = customer_ids.get(int(subject.key)) if is_customer else subject.key or None
    wire: dict[str, Any] = {"type": subject.kind, "id": key}
    return {**wire, "field": subject.field} if subject.field else wire
