"""What programmes brought so far, and who brought it: for lists and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from commerce.models import Customer
from promotions.models import Voucher
from referrals.models import Referral, ReferralReward

_State = Referral.State
_Given = ReferralReward.State
WAITING = (_Given.PENDING, _Given.TO_HAND_OVER)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one programme. `states` and `rewards` are numbers by state; `rewards` only those of referrers."""

    referrers: int = 0
    lately: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    rewards: Mapping[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        return self.states.get(_State.ACCEPTED, 0)

    @property
    def held(self) -> int:
        return self.states.get(_State.HELD, 0)

    @property
    def waiting(self) -> int:
        return sum(self.rewards.get(state, 0) for state in WAITING)


def figures(campaign_ids: Sequence[int], since: datetime) -> dict[int, Figures]:
    """By programme, in three questions; `lately`: referrals that count, since `since`."""
    codes = Voucher.objects.filter(campaign__in=campaign_ids, holder__isnull=False, deleted_at=None)
    referrers = dict(codes.values_list("campaign").annotate(Count("pk")).order_by())
    states: dict[int, dict[str, int]] = {}
    lately: dict[int, int] = {}
    came = Referral.objects.filter(campaign__in=campaign_ids).values_list("campaign", "state").order_by()
    recent = Count("pk", filter=Q(created_at__gte=since))
    for campaign, state, number, new in came.annotate(number=Count("pk"), new=recent):
        states.setdefault(campaign, {})[state] = number
        if state == _State.ACCEPTED:
            lately[campaign] = new
    rewards: dict[int, dict[str, int]] = {}
    given = ReferralReward.objects.filter(campaign__in=campaign_ids, tier__isnull=False).order_by()
    for campaign, state, number in given.values_list("campaign", "state").annotate(Count("pk")):
        rewards.setdefault(campaign, {})[state] = number
    return {
        pk: Figures(
            referrers=referrers.get(pk, 0),
            lately=lately.get(pk, 0),
            states=states.get(pk, {}),
            rewards=rewards.get(pk, {}),
        )
        for pk in campaign_ids
    }


@dataclass(frozen=True, kw_only=True)
class Referrer:
    """Somebody with a code (None: it is gone): numbers of his referrals and of his rewards."""

    customer: Customer
    voucher: Voucher | None
    counted: int = 0
    held: int = 0
    given: int = 0
    waiting: int = 0


def referrers(campaign_id: int, most: int) -> list[Referrer]:
    """Those with the most referrals that count first, then those who got a code last."""
    found = Referral.objects.filter(campaign=campaign_id).values("referrer").order_by()
    counted = Count("pk", filter=Q(state=_State.ACCEPTED))
    held = Count("pk", filter=Q(state=_State.HELD))
    tops = found.annotate(counted=counted, held=held).order_by("-counted", "-held", "referrer")[:most]
    numbers: dict[int, Any] = {row["referrer"]: row for row in tops}
    codes = Voucher.objects.filter(campaign=campaign_id, holder__isnull=False, deleted_at=None)
    # Among the newest `most` codes there are enough of people without referrals to fill the rows.
    fresh = list(codes.order_by("-published_at", "-pk").values_list("holder", flat=True)[:most])
    new = (key for key in fresh if key is not None and key not in numbers)
    people = [*numbers, *new][:most]
    customers = Customer.objects.in_bulk(people)
    by_holder = {code.holder_id: code for code in codes.filter(holder__in=people)}
    given = ReferralReward.objects.filter(campaign=campaign_id, customer__in=people, tier__isnull=False)
    rewards: dict[int, Any] = {
        row["customer"]: row
        for row in given.values("customer")
        .order_by()
        .annotate(
            given=Count("pk", filter=Q(state=_Given.PAID)),
            waiting=Count("pk", filter=Q(state__in=WAITING)),
        )
    }
    return [
        Referrer(
            customer=customers[key],
            voucher=by_holder.get(key),
            counted=numbers.get(key, {}).get("counted", 0),
            held=numbers.get(key, {}).get("held", 0),
            given=rewards.get(key, {}).get("given", 0),
            waiting=rewards.get(key, {}).get("waiting", 0),
        )
        for key in people
        if key in customers
    ]


def newest(rows: QuerySet[Referral], most: int) -> QuerySet[Referral]:
    """The newest ones, with everybody they name."""
    related = ("referrer", "referee", "voucher", "order", "campaign")
    return rows.select_related(*related).order_by("-pk")[:most]
