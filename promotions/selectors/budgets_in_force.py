"""The budgets that a request draws on, and whose use each of them counts.

Beyond the contract: see `promotions.models.Budget`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from commerce import identity
from commerce.models import Customer
from core.actors import Actor
from promotions.models import Budget, Counter
from promotions.selectors.tallies import BUDGET, Tally

USUAL_STORE_FIELD: Final = "store"
_PERIOD_OF: Final = {"EVER": "", "DAY": "daily", "WEEK": "weekly", "MONTH": "monthly"}


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """Of whom and of which place a budget may ask: what the request and the house know."""

    actor: Actor
    customer: Customer | None
    payload: Mapping[str, Any]
    metadata: Sequence[Mapping[str, Any]]
    """Of the redemption and of the order; the first that has a field counts. In which store the caller is,
    if that is known, beats what they say.
    """

    def field(self, name: str) -> str:
        if name == USUAL_STORE_FIELD and self.actor.store:
            return self.actor.store
        for metadata in self.metadata:
            value = metadata.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
                return str(value)
        return ""


@dataclass(frozen=True, kw_only=True)
class InForce:
    """One budget with the campaigns of the request that draw on it."""

    id: int
    public_id: str
    name: str
    measure: str
    limit: int
    period: str
    per: str
    customer_key: str
    field: str
    policy: str
    channels: list[str]
    stores: list[str]
    thresholds: list[int]
    version_id: int | None
    campaigns: Sequence[int]

    def counts(self, shopper: Shopper) -> bool:
        """Does what this shopper uses count here?"""
        if self.channels and shopper.actor.channel not in self.channels:
            return False
        return not self.stores or self._store(shopper) in self.stores

    def tally(self, shopper: Shopper, customer: str, periods: Mapping[str, str]) -> Tally | None:
        """The counter to draw on; None when it counts customers and nobody is known.

        `customer` is how counters name the customer, empty for nobody.
        """
        subject = self._subject(shopper, customer)
        if subject is None:
            return None
        period = periods[_PERIOD_OF[self.period]]
        return Tally(Counter.Scope.BUDGET.value, self.id, subject, BUDGET, period)

    def _store(self, shopper: Shopper) -> str:
        by_field = self.field if self.per == Budget.Per.STORE and self.field else USUAL_STORE_FIELD
        return shopper.field(by_field)

    def _subject(self, shopper: Shopper, customer: str) -> str | None:
        match self.per:
            case Budget.Per.CHANNEL:
                return f"channel:{shopper.actor.channel}"
            case Budget.Per.STORE:
                return f"store:{self._store(shopper)}"[:200]
            case Budget.Per.CUSTOMER:
                return self._customer(shopper, customer)
        return ""

    def _customer(self, shopper: Shopper, customer: str) -> str | None:
        stored, told = shopper.customer, shopper.payload
        match self.customer_key:
            case Budget.CustomerKey.EMAIL:
                email = told.get("email") or (stored.email if stored else "")
                return _named("email", identity.email_key(email or ""))
            case Budget.CustomerKey.PHONE:
                phone = told.get("phone") or (stored.phone if stored else "")
                return _named("phone", identity.phone_key(phone or ""))
            case Budget.CustomerKey.METADATA:
                metadata = {**(stored.metadata if stored else {}), **(told.get("metadata") or {})}
                own = Shopper(actor=shopper.actor, customer=None, payload={}, metadata=[metadata])
                return _named(self.field, own.field(self.field) or shopper.field(self.field))
        return customer or None


def in_force(rows: Mapping[str, Sequence[int]]) -> list[InForce]:
    """Budgets as `validation_rules.rules_of` found them, oldest first."""
    found = []
    for text, campaigns in rows.items():
        columns = json.loads(text)
        found.append(InForce(**{name: columns[name] for name in _COLUMNS}, campaigns=tuple(campaigns)))
    return sorted(found, key=lambda budget: budget.id)


_COLUMNS: Final = tuple(name for name in InForce.__dataclass_fields__ if name != "campaigns")


def _named(kind: str, value: str) -> str | None:
    return f"{kind}:{value}"[:200] if value else None
