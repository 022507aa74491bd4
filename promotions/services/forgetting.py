"""What a customer who is erased leaves behind in this app: amounts, under a name that leads to nobody."""

from __future__ import annotations

from datetime import datetime

from commerce import identity
from commerce.models import Customer
from promotions import budget_subjects
from promotions.models import Budget, BudgetAlert, Counter, Publication
from promotions.services import distribution_audience


def forget(customer: Customer, now: datetime) -> None:
    """Empty what messages and publications said of him; take his mailbox, number or chosen field out of the
    names of counters and alerts.

    Called within his erasure, before his row is emptied. What was used stays used; the same mailbox is
    somebody new from now on.
    """
    distribution_audience.forget(customer)
    given = Publication._base_manager.filter(customer=customer)
    given.update(metadata={}, source_id="", tracking_id="")
    for subject, keyed in _subjects(customer).items():
        anonymous = f"{subject.partition(':')[0]}:erased {customer.public_id}"
        budgets = Budget.objects.filter(per=Budget.Per.CUSTOMER, **keyed).values("pk")
        Counter.objects.filter(scope=Counter.Scope.BUDGET, scope_id__in=budgets, subject=subject).update(
            subject=anonymous
        )
        BudgetAlert.objects.filter(budget__in=budgets, subject=subject).update(subject=anonymous)


def _subjects(customer: Customer) -> dict[str, dict[str, str]]:
    """How counters may name him, with the budgets that would."""
    key = Budget.CustomerKey
    found: dict[str, dict[str, str]] = {}
    if customer.email:
        found[f"{budget_subjects.EMAIL}:{identity.email_key(customer.email)}"] = {"customer_key": key.EMAIL}
    if customer.phone:
        found[f"{budget_subjects.PHONE}:{identity.phone_key(customer.phone)}"] = {"customer_key": key.PHONE}
    for field, value in customer.metadata.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            found[f"{field}:{value}"[:200]] = {"customer_key": key.METADATA, "field": field}
    return found
