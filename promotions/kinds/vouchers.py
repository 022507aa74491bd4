"""Discount codes, gift cards and loyalty cards as redeemables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.db import models
from django.db.models import F

from core import places, prepared, project
from core.ids import has_prefix
from core.models import ProjectSettings
from core.prepared import Prepared
from engine import Candidate, RedeemableObject, Step, Uses, effects
from promotions import engine_input, gifts, points, reward_offers
from promotions.models import Redemption, Rollback, Voucher
from promotions.redeemables import Found, Requested
from promotions.selectors.card_points import UNPAID, is_card
from promotions.selectors.validation_rules import PARTS
from promotions.services import cards, ledger
from promotions.services.counter_moves import DecisionOutdated

# With a campaign in the bin its codes are gone too, before the job that takes them away is done.
_named: Final = Prepared(
    Voucher,
    "(t.code_key = ANY(%s) OR t.public_id = ANY(%s)) AND t.released_at IS NULL AND t.deleted_at IS NULL "
    "AND (t.campaign_id IS NULL OR campaign.deleted_at IS NULL)",
    joins=(
        "campaign",
        "campaign__category",
        "category",
        "holder",
        "rule_assignment",
        "rule_assignment__rule",
    ),
    without=[f"rule_assignment__rule__{part}" for part in PARTS],
)
_use: Final = (
    "UPDATE promotions_voucher SET redeemed_quantity = redeemed_quantity + 1, "
    "held_quantity = held_quantity - %(own)s, is_out_of_pool = TRUE "
    "WHERE id = %(voucher)s AND (redemption_quantity IS NULL "
    "OR redemption_quantity > redeemed_quantity + held_quantity - %(own)s)"
)


def _is_in_reach(row: Voucher) -> bool:
    """Of the caller, if he is limited to places."""
    return places.sees(row.campaign.places if row.campaign is not None else ())


class VoucherKind:
    object: Final = RedeemableObject.VOUCHER.value

    def find(self, ids: Collection[str], settings: ProjectSettings) -> Mapping[str, models.Model]:
        keys = {value: project.code_key(value, settings) for value in ids}
        rows = _named(list(set(keys.values())), [value for value in ids if has_prefix(value, "v")])
        by_key = {row.code_key: row for row in rows}
        # An id beats a code that happens to look like one (contract: semantics-core 1.3).
        by_public_id = {row.public_id: row for row in rows}
        found = {value: by_public_id.get(value) or by_key.get(key) for value, key in keys.items()}
        return {value: row for value, row in found.items() if row is not None and _is_in_reach(row)}

    def describe(self, requested: Requested, row: models.Model) -> Found:
        voucher = cast(Voucher, row)
        campaign = voucher.campaign
        category = voucher.category or (campaign.category if campaign else None)
        candidate = Candidate(
            key=requested.id,
            object=RedeemableObject.VOUCHER,
            label=voucher.code,
            is_active=voucher.is_active,
            is_campaign_active=campaign is None or campaign.is_active,
            validity=engine_input.validity(voucher),
            campaign_validity=None
            if campaign is None
            else engine_input.validity(
                campaign, activity_duration=campaign.activity_duration_after_publishing
            ),
            published_at=voucher.published_at,
            publish_count=voucher.publish_count,
            uses=Uses(quantity=voucher.redemption_quantity, used=voucher.redeemed_quantity),
            # What points pay for is looked up for all cards of a request together.
            reason=UNPAID if is_card(voucher) else None,
            discount=None
            if is_card(voucher)
            else effects.parse(gifts.effect_of(voucher, campaign.discount if campaign else None)),
            credits=gifts.credits_of(voucher, requested=requested.credits),
            category=engine_input.category(category),
            campaign_id=campaign.public_id if campaign is not None else None,
        )
        return Found(
            requested=requested, candidate=candidate, row=voucher, campaign=campaign, category=category
        )

    def references(self, found: Found) -> Mapping[str, Any]:
        return {
            "voucher": found.row,
            "campaign": found.campaign,
            "related_object_type": Redemption.RelatedObject.VOUCHER,
            "voucher_code": found.requested.id,
        }

    def consume(self, found: Found, step: Step, *, redemption: Redemption, now: datetime) -> None:
        voucher, own = cast(Voucher, found.row), found.held
        with prepared.cursor() as cursor:
            cursor.execute(_use, {"voucher": voucher.pk, "own": own.own_uses})
            if not cursor.rowcount:
                raise DecisionOutdated
        voucher.redeemed_quantity += 1
        if is_card(voucher):
            self._spend(found, step, redemption=redemption, now=now)
        elif step.credits_taken or own.own_credits:
            self._pay(voucher, step.credits_taken or 0, held=own.own_credits, redemption=redemption, now=now)

    def _pay(
        self, voucher: Voucher, credits: int, *, held: int, redemption: Redemption, now: datetime
    ) -> None:
        try:
            row = ledger.pay(
                voucher_id=voucher.pk, credits=credits, held=held, redemption=redemption, now=now
            )
        except ledger.GiftAmountExceeded as error:
            # Somebody else paid meanwhile: there may be less to give, or a reason to refuse.
            raise DecisionOutdated from error
        voucher.gift_balance = row.balance
        voucher.gift_redeemed += credits

    def _spend(self, found: Found, step: Step, *, redemption: Redemption, now: datetime) -> None:
        """Points first, so that the card is held; then what they are for."""
        voucher, offer, taken = cast(Voucher, found.row), found.offer, step.credits_taken or 0
        assert offer is not None  # noqa: S101 - a card without one does not apply
        try:
            points.keeper().spend(
                voucher_id=voucher.pk,
                points=taken,
                held=found.held.own_credits,
                redemption=redemption,
                now=now,
            )
        except points.PointsExceeded as error:
            raise DecisionOutdated from error
        points.forget(voucher)
        shop = reward_offers.shop()
        assert shop is not None  # noqa: S101 - the offer is one of its
        if not shop.give(voucher=voucher, offer=offer, redemption=redemption, points=taken, now=now):
            raise DecisionOutdated

    def restore(self, redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
        assert redemption.voucher_id is not None  # noqa: S101 - it is a redemption of this kind
        Voucher.objects.filter(pk=redemption.voucher_id, redeemed_quantity__gt=0).update(
            redeemed_quantity=F("redeemed_quantity") - 1
        )
        left = cards.paid_with(redemption)
        if left:
            cards.refund(redemption, credits=left, rollback=rollback, now=now)
        shop = reward_offers.shop()
        if shop is not None and is_card(redemption.voucher):
            shop.take_back(redemption, rollback=rollback, now=now)
