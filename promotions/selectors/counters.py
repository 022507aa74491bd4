"""What the counters say against what the rows say (INVARIANTS C1). Reads only; `check_counters` prints it.

Each counter is a column that a service moves together with the rows it sums up. Here it is added up again
from those rows; one query per kind of object, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BigIntegerField, Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from commerce.models import Customer, Order
from promotions.models import PromotionTier, Redemption, Rollback, Voucher

_PAID: Final = (Order.Status.PAID, Order.Status.FULFILLED)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One counter of one object: `stored` is what the column says, `counted` what the rows add up to."""

    noun: str
    public_id: str
    counter: str
    stored: Any
    counted: Any


def differences() -> Iterator[Difference]:
    """Every counter that does not say what its rows say."""
    yield from of_vouchers(Voucher.objects.all())
    yield from of_tiers(PromotionTier.objects.all())
    yield from of_customers(Customer.objects.all())


def of_vouchers(vouchers: QuerySet[Voucher]) -> Iterator[Difference]:
    kept = Redemption.objects.filter(voucher=OuterRef("pk"), status=Redemption.Status.SUCCEEDED)
    return _compare("voucher", vouchers, {"redeemed_quantity": _total(kept, "voucher", Count("pk"))})


def of_tiers(tiers: QuerySet[PromotionTier]) -> Iterator[Difference]:
    kept = Redemption.objects.filter(promotion_tier=OuterRef("pk"), status=Redemption.Status.SUCCEEDED)
    counted = {
        "redeemed_quantity": _total(kept, "promotion_tier", Count("pk")),
        "orders_total_amount": _total(kept, "promotion_tier", Sum("order_amount")),
        "orders_total_discount_amount": _total(kept, "promotion_tier", Sum("discount_amount")),
    }
    return _compare("promotion tier", tiers, counted)


def of_customers(customers: QuerySet[Customer]) -> Iterator[Difference]:
    """A redemption that was rolled back still succeeded once; the parent of several is none itself."""
    several = Redemption.RelatedObject.REDEMPTION
    tried = Redemption.objects.filter(customer=OuterRef("pk")).exclude(related_object_type=several)
    taken_back = Rollback.objects.filter(redemption__customer=OuterRef("pk")).exclude(
        redemption__related_object_type=several
    )
    paid = Order.objects.filter(customer=OuterRef("pk"), status__in=_PAID)
    last = paid.order_by("-created_at", "-pk")
    counted = {
        "redemptions_succeeded": _total(
            tried.filter(result=Redemption.Result.SUCCESS), "customer", Count("pk")
        ),
        "redemptions_failed": _total(tried.filter(result=Redemption.Result.FAILURE), "customer", Count("pk")),
        "rollbacks_succeeded": _total(taken_back, "redemption__customer", Count("pk")),
        "orders_count": _total(paid, "customer", Count("pk")),
        "orders_total_amount": _total(paid, "customer", Sum("total_amount")),
        "last_order_amount": Coalesce(Subquery(last.values("total_amount")[:1]), 0),
        "last_order_at": Subquery(last.values("created_at")[:1]),
    }
    return _compare("customer", customers, counted)


def _total(rows: QuerySet[Any], group: str, aggregate: Any) -> Any:
    """The aggregate over the rows of one object; 0 where there are none."""
    summed = rows.order_by().values(group).annotate(total=aggregate).values("total")
    return Coalesce(Subquery(summed, output_field=BigIntegerField()), 0)


def _compare[Row: Model](noun: str, objects: QuerySet[Row], counted: dict[str, Any]) -> Iterator[Difference]:
    wrong = Q()
    for name in counted:
        # Null is a value here: a customer without orders has no last one.
        same = Q(**{name: F(f"counted_{name}")}) | Q(**{name: None, f"counted_{name}": None})
        wrong |= ~same
    annotated = objects.annotate(**{f"counted_{name}": value for name, value in counted.items()})
    columns = ["public_id", *counted, *(f"counted_{name}" for name in counted)]
    for row in annotated.filter(wrong).order_by("pk").values(*columns).iterator():
        for name in counted:
            if row[name] != row[f"counted_{name}"]:
                yield Difference(
                    noun=noun,
                    public_id=row["public_id"],
                    counter=name,
                    stored=row[name],
                    counted=row[f"counted_{name}"],
                )
