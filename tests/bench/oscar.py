"""django-oscar's offer applicator on the same promotions, on a database in memory.

Oscar knows ranges of products, a number of products as condition, and a percentage or a sum as benefit:
that much of each promotion becomes an offer; segments, metadata, budgets and alternatives are left out. Its
answer is the basket with the offers applied, so its matches cannot be compared with the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from engine.effects import AmountOffItems, AmountOffOrder, PercentOffItems, PercentOffOrder
from engine.items import ItemRef
from engine.snapshot import Candidate, Snapshot
from tests.bench import workload


class Oscar:
    """`matching` applies all offers to a basket, which `prepared` makes of an order beforehand."""

    def __init__(self, entries: Iterable[tuple[int, Candidate, int]]) -> None:
        _start()
        from oscar.apps.offer.applicator import Applicator

        self._products = _catalogue()
        self._offers = [_offer(candidate, self._products) for _, candidate, _ in entries]
        self._applicator = Applicator()

    def matching(self, basket: Any) -> list[Any]:
        basket.reset_offer_applications()
        self._applicator.apply(basket)
        return list(basket.offer_applications.offers.values())

    def prepared(self, order: Snapshot) -> Any:
        from oscar.apps.basket.models import Basket
        from oscar.apps.partner.strategy import Default

        assert order.basket is not None
        basket = Basket.objects.create()
        basket.strategy = Default()
        for line in order.basket.lines:
            basket.add_product(self._products[line.product_id or ""], quantity=line.quantity)
        return basket


def _start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.oscar_settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def _catalogue() -> dict[str, Any]:
    from oscar.apps.catalogue.models import Product, ProductClass
    from oscar.apps.partner.models import Partner, StockRecord

    kind = ProductClass.objects.create(name="Article", track_stock=False)
    partner = Partner.objects.create(name="Shop")
    known = workload.products()
    rows = Product.objects.bulk_create(
        [Product(upc=one.id, title=one.id, slug=one.id, product_class=kind) for one in known]
    )
    StockRecord.objects.bulk_create(
        [
            StockRecord(
                product=row,
                partner=partner,
                partner_sku=row.upc,
                price=workload.Decimal(one.price) / 100,
                price_currency="GBP",
            )
            for row, one in zip(rows, known, strict=True)
        ]
    )
    return {row.upc: row for row in Product.objects.select_related("product_class")}


def _offer(candidate: Candidate, products: dict[str, Any]) -> Any:
    from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range, RangeProduct

    item = _article(candidate)
    goods = Range.objects.create(name=candidate.key, slug=candidate.key, includes_all_products=item is None)
    if item is not None:
        RangeProduct.objects.bulk_create(
            [RangeProduct(range=goods, product=products[name]) for name in _members(item)]
        )
    effect = candidate.discount
    is_percent = isinstance(effect, PercentOffOrder | PercentOffItems)
    assert isinstance(effect, PercentOffOrder | PercentOffItems | AmountOffOrder | AmountOffItems)
    benefit = Benefit.objects.create(
        range=goods,
        type=Benefit.PERCENTAGE if is_percent else Benefit.FIXED,
        value=effect.percent_off
        if isinstance(effect, PercentOffOrder | PercentOffItems)
        else effect.amount_off // 100 or 1,
    )
    condition = Condition.objects.create(range=goods, type=Condition.COUNT, value=1)
    return ConditionalOffer.objects.create(
        name=candidate.key,
        slug=candidate.key,
        offer_type=ConditionalOffer.SITE,
        benefit=benefit,
        condition=condition,
        exclusive=False,
        start_datetime=candidate.validity.starts_at,
        max_basket_applications=1,
    )


def _article(candidate: Candidate) -> ItemRef | None:
    (rules,) = candidate.rules
    for rule in rules.rules:
        if rule.name == "order.items.any":
            item = rule.conditions[0].operands[0]
            assert isinstance(item, ItemRef)
            return item
    return None


_MEMBERS: dict[str, list[str]] = {}


def _members(item: ItemRef) -> list[str]:
    if item.id.startswith("prod_"):
        return [item.id]
    if not _MEMBERS:
        for product in workload.products():
            for collection in product.collections:
                _MEMBERS.setdefault(collection, []).append(product.id)
    return _MEMBERS.get(item.id, [])
