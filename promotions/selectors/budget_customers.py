"""The subjects of a budget's counters by the names that people and programs use."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from commerce import identity
from commerce.models import Customer
from promotions import budget_subjects
from promotions.models import Budget, Counter


def subjects(budget: Budget, name: str) -> list[str]:
    """What counters of this budget call the channel, store or customer `name`; empty: nobody is called so."""
    match budget.per:
        case Budget.Per.CHANNEL:
            return [f"{budget_subjects.CHANNEL}:{name}"]
        case Budget.Per.STORE:
            return [f"{budget_subjects.STORE}:{name}"]
        case Budget.Per.CUSTOMER:
            return _customers(budget, name)
    return []


def _customers(budget: Budget, name: str) -> list[str]:
    match budget.customer_key:
        case Budget.CustomerKey.EMAIL:
            return [f"{budget_subjects.EMAIL}:{identity.email_key(name)}"]
        case Budget.CustomerKey.PHONE:
            return [f"{budget_subjects.PHONE}:{identity.phone_key(name)}"]
        case Budget.CustomerKey.METADATA:
            return [f"{budget.field}:{name}"]
    found = Customer.objects.filter(public_id=name) | Customer.objects.filter(source_id=name)
    return [f"{budget_subjects.CUSTOMER}:{pk}" for pk in found.values_list("pk", flat=True)]


def wire_ids(counters: Iterable[Counter]) -> dict[int, str]:
    """The wire ids of the customers whose counters these are; no query if there are none."""
    wanted = keys([counter.subject for counter in counters])
    if not wanted:
        return {}
    return dict(Customer.objects.filter(pk__in=wanted).values_list("pk", "public_id"))


def customers(texts: Collection[str]) -> dict[int, Customer]:
    """The customers that these subjects name, by primary key; no query if there are none."""
    wanted = keys(texts)
    return Customer.objects.in_bulk(wanted) if wanted else {}


def keys(texts: Iterable[str]) -> list[int]:
    found = (budget_subjects.read(text) for text in texts)
    return [int(one.key) for one in found if one is not None and one.kind == budget_subjects.CUSTOMER]
