"""After the load: does the database say what the data set says?"""

from __future__ import annotations

from django.db.models import Count, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from commerce.models import Customer, Order, OrderItem, Product, SegmentMembership
from demo_store.journey.report import Check
from demo_store.journey.shaping import DATA_SET
from promotions.models import Campaign, Redemption, Voucher


def load_checks(
    *,
    customers: int,
    products: int,
    campaigns: int,
    coupons: int,
    targets: int,
    orders: int,
    order_value: int,
) -> list[Check]:
    """The data set's own counts (and cents) beside the database's, of the rows that came from it."""
    segments = Campaign.objects.filter(metadata__data_set=DATA_SET).values_list(KT("metadata__segment"))
    lines = OrderItem.objects.filter(order__metadata__data_set=DATA_SET)
    ours = Order.objects.filter(metadata__data_set=DATA_SET).aggregate(
        count=Count("pk"), value=Coalesce(Sum("amount"), 0), paid=Coalesce(Sum("total_amount"), 0)
    )
    summaries = Customer.objects.filter(metadata__data_set=DATA_SET).aggregate(
        count=Count("pk"),
        orders=Coalesce(Sum("orders_count"), 0),
        paid=Coalesce(Sum("orders_total_amount"), 0),
    )
    return [
        Check(name="customers", expected=customers, found=summaries["count"]),
        Check(
            name="products",
            expected=products,
            found=Product.objects.filter(metadata__data_set=DATA_SET).count(),
        ),
        Check(
            name="campaigns",
            expected=campaigns,
            found=Campaign.objects.filter(metadata__data_set=DATA_SET).count(),
        ),
        Check(
            name="coupons",
            expected=coupons,
            found=Voucher.objects.filter(metadata__data_set=DATA_SET).count(),
        ),
        Check(
            name="segment members",
            expected=targets,
            found=SegmentMembership.objects.filter(segment__public_id__in=segments).count(),
        ),
        Check(name="orders", expected=orders, found=ours["count"]),
        Check(name="order value, cents", expected=order_value, found=ours["value"]),
        Check(
            name="order lines' value, cents",
            expected=order_value,
            found=lines.aggregate(value=Coalesce(Sum("amount"), 0))["value"],
        ),
        Check(name="orders in customer summaries", expected=orders, found=summaries["orders"]),
        Check(name="paid in customer summaries, cents", expected=ours["paid"], found=summaries["paid"]),
    ]


def replay_checks(*, redemptions: int) -> list[Check]:
    """Each redemption of the data set succeeded once, and the orders show what the redemptions took off."""
    done = Redemption.objects.filter(metadata__data_set=DATA_SET, result=Redemption.Result.SUCCESS).aggregate(
        count=Count("pk"), discount=Coalesce(Sum("discount_amount"), 0)
    )
    taken_off = Order.objects.filter(metadata__data_set=DATA_SET).aggregate(
        discount=Coalesce(Sum("total_discount_amount"), 0)
    )
    used = Voucher.objects.filter(metadata__data_set=DATA_SET).aggregate(
        uses=Coalesce(Sum("redeemed_quantity"), 0)
    )
    return [
        Check(name="redemptions", expected=redemptions, found=done["count"]),
        Check(name="uses of the coupons", expected=done["count"], found=used["uses"]),
        Check(name="discounts on the orders, cents", expected=done["discount"], found=taken_off["discount"]),
    ]
