"""One run from the first household to the last check. Safe to repeat and to interrupt anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from commerce.models import Customer, Order, OrderItem, Product, ProductCollectionItem, SegmentMembership
from core import audit
from core.actors import Actor
from core.models import ProjectSettings
from demo_store.journey import checks, coupons, values
from demo_store.journey.campaigns import load_campaigns, stored_shift
from demo_store.journey.catalogue import load_customers, load_products, primary_keys
from demo_store.journey.clock import TIME_ZONE, Shift
from demo_store.journey.context import Context, FirstHouseholds
from demo_store.journey.coupons import CouponBook, Match
from demo_store.journey.orders import load_orders
from demo_store.journey.replay import replay
from demo_store.journey.report import Check, Outcomes, Progress, Tally
from demo_store.journey.rows import CouponKey, Source
from demo_store.journey.shaping import CURRENCY
from demo_store.journey.values import CouponValue
from promotions.models import Redemption, Voucher


class AlreadyLoaded(RuntimeError):
    """The year is in the database at other dates than those asked for now."""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """What the data set does not say outright: receipts of redemptions, names and values of coupons."""

    book: CouponBook
    matching: coupons.Matching
    values: Mapping[CouponKey, CouponValue]


@dataclass(frozen=True, kw_only=True)
class Result:
    """`checks` is empty for a dry run, which changes nothing that could be checked."""

    tallies: tuple[Tally, ...]
    checks: tuple[Check, ...]
    outcomes: Outcomes

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


def run(
    *,
    source: Source,
    actor: Actor,
    now: datetime,
    progress: Progress,
    shift: Shift | None = None,
    limit_households: int | None = None,
    dry_run: bool = False,
) -> Result:
    """Load what is missing, replay the redemptions that were not yet, compare the totals.

    `shift` moves the dates; None: as an earlier run did, or not at all. Coupon values always come from the
    whole data set, whatever `limit_households` says.

    :raises AlreadyLoaded: the year stands there with another move.
    """
    shift = settled_shift(shift)
    derived = derive(source, progress)
    if limit_households is not None:
        source = FirstHouseholds(source, limit_households)
        derived = replace(derived, matching=_only(derived.matching, source))
    context = Context(source=source, shift=shift, actor=actor, progress=progress, dry_run=dry_run)
    if not dry_run and settle_project(actor=actor, now=now):
        progress.note(f"The project now counts in {CURRENCY} and lives in {TIME_ZONE}.")

    customer_tally = load_customers(context)
    product_tally = load_products(context)
    customers = primary_keys(Customer, (household.id for household in source.households()))
    products = primary_keys(Product, (product.id for product in source.products()))
    if dry_run:
        # Nothing was written: judge the coupon lists by the catalogue that would be there.
        products = {product.id: 0 for product in source.products()}
    campaigns = load_campaigns(
        context, coupons=derived.book, values=derived.values, customers=customers, products=products
    )
    orders = load_orders(context, customers=customers, products=products)
    if not dry_run:
        analyze()
    replayed = replay(context, matching=derived.matching, codes=derived.book.codes)

    tallies = (
        customer_tally,
        product_tally,
        campaigns.campaigns,
        campaigns.targets,
        campaigns.coupons,
        campaigns.coupon_products,
        orders.orders,
        orders.lines,
        replayed.tally,
    )
    if dry_run:
        return Result(tallies=tallies, checks=(), outcomes=replayed.outcomes)
    found = [
        *checks.load_checks(
            customers=customer_tally.read,
            products=product_tally.read,
            campaigns=campaigns.campaigns.read,
            coupons=campaigns.coupons.read,
            targets=campaigns.targets.read,
            orders=orders.orders.read,
            order_value=orders.value,
        ),
        *checks.replay_checks(redemptions=replayed.tally.read),
    ]
    return Result(tallies=tallies, checks=tuple(found), outcomes=replayed.outcomes)


def derive(source: Source, progress: Progress) -> Derived:
    """Read the coupons and their redemptions, find the receipts, work out the values."""
    book = coupons.book(source.coupon_products())
    redemptions = list(source.redemptions())
    households = {redemption.household_id for redemption in redemptions}
    matching = coupons.match(redemptions, source.baskets(households), book.products)
    worth = values.derive(
        book.products,
        values.evidence(matching.matches, book.products),
        {campaign.id: campaign.type for campaign in source.campaigns()},
    )
    seen = sum(value.origin is values.Origin.SEEN for value in worth.values())
    progress.note(
        f"{len(matching.matches):,} of {len(redemptions):,} redemptions have a receipt; "
        f"{seen:,} of {len(worth):,} coupon values were seen on one."
    )
    return Derived(book=book, matching=matching, values=worth)


def _only(matching: coupons.Matching, source: Source) -> coupons.Matching:
    chosen = {household.id for household in source.households()}

    def is_chosen(found: Match) -> bool:
        return found.redemption.household_id in chosen

    return coupons.Matching(
        matches=tuple(filter(is_chosen, matching.matches)),
        unmatched=tuple(row for row in matching.unmatched if row.household_id in chosen),
    )


def settled_shift(asked: Shift | None) -> Shift:
    """The move of this run: that of the rows already there, else the one asked for, else none.

    :raises AlreadyLoaded: a move is asked for and the year stands there unmoved. One that was moved keeps its
        move, also when another week has begun.
    """
    stored = stored_shift()
    if stored is None:
        return asked or Shift()
    if asked is not None and stored.weeks == 0 and asked.weeks != 0:
        raise AlreadyLoaded("The year is loaded at its real dates already; they are not moved afterwards.")
    return stored


@transaction.atomic
def settle_project(*, actor: Actor, now: datetime) -> bool:
    """Give a project that is still empty the chain's currency and time zone; one in use keeps its own."""
    settings = ProjectSettings.objects.select_for_update().get()
    wanted = {"currency": CURRENCY, "time_zone": TIME_ZONE}
    before = {name: getattr(settings, name) for name in wanted}
    if before == wanted or Order.objects.exists() or Voucher.objects.exists():
        return False
    settings.currency, settings.time_zone, settings.updated_at = CURRENCY, TIME_ZONE, now
    settings.save(update_fields=["currency", "time_zone", "updated_at"])
    audit.log(actor, "settings.updated", settings, now=now, before=before, after=wanted)
    return True


def analyze() -> None:
    """Let PostgreSQL count what is new, so that the first page of a list is as quick as the hundredth."""
    tables = [
        model._meta.db_table
        for model in (
            Customer,
            Product,
            Order,
            OrderItem,
            ProductCollectionItem,
            SegmentMembership,
            Voucher,
            Redemption,
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
