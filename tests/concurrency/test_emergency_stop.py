"""When the stop has answered, nothing is granted any more (PROOFS O6)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from core.errors import DomainError
from core.models import OutboxEvent
from promotions.models import EmergencyStop, Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import campaigns, redemptions, stopped, stops
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.factories.stops import ANNA, person, stop

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def test_nothing_that_began_after_a_campaign_is_disabled_is_granted(
    at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    campaign = CampaignFactory()
    VoucherFactory(code="LIVE", campaign=campaign, discount=None, redemption_quantity=None)
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="LIVE"),), order=OrderSpec(amount=10_000))
    answered = threading.Event()
    stopped_at: list[float] = []

    def shop() -> list[tuple[float, str]]:
        """Redeem without pause until a while after the stop: when each call began, and its outcome."""
        seen = []
        for _ in range(400):
            began = time.monotonic()
            try:
                redemptions.redeem(spec=spec, actor=actor, now=now)
                seen.append((began, "granted"))
            except NotRedeemable as refusal:
                seen.append((began, refusal.key))
            if answered.is_set() and len(seen) >= 5 and [key for _, key in seen[-5:]].count("granted") == 0:
                break
        return seen

    def stop() -> list[tuple[float, str]]:
        while Redemption.objects.filter(result="SUCCESS").count() < 30:
            time.sleep(0.01)
        campaigns.set_active(campaign_id=campaign.pk, is_active=False, actor=actor, now=now)
        stopped_at.append(time.monotonic())
        answered.set()
        return []

    calls = [call for batch in at_once([*[shop] * 6, stop]) for call in batch]

    after = {key for began, key in calls if began > stopped_at[0]}
    assert sum(key == "granted" for _, key in calls) >= 30
    assert after == {"campaign_not_active"}


def test_who_waited_for_others_while_it_was_stopped_is_refused(
    actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It decided before the stop, then waited for the code's row, as long as the answer was old."""
    monkeypatch.setattr(stopped, "AS_GOOD_AS_NEW_SECONDS", 0)
    voucher = VoucherFactory(code="LIVE", redemption_quantity=None)
    spec = DecisionSpec(redeemables=(Requested(object="voucher", id="LIVE"),), order=OrderSpec(amount=10_000))
    outcomes: list[str] = []

    def shop() -> None:
        try:
            redemptions.redeem(spec=spec, actor=actor, now=now)
            outcomes.append("granted")
        except NotRedeemable as refusal:
            outcomes.append(refusal.key)
        finally:
            connection.close()

    shopper = threading.Thread(target=shop)
    with transaction.atomic():
        Voucher.objects.select_for_update().get(pk=voucher.pk)
        shopper.start()
        until_somebody_waits()
        in_another_thread(stop)
    shopper.join(timeout=30)

    assert outcomes == ["emergency_stop"]
    assert Voucher.objects.get().redeemed_quantity == 0
    assert [row.result for row in Redemption.objects.all()] == ["FAILURE"]


def until_somebody_waits() -> None:
    deadline = time.monotonic() + 30
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        assert time.monotonic() < deadline, "nobody waits"


def in_another_thread(operation: Callable[[], Any]) -> None:
    """With a connection and a transaction of its own."""

    def run() -> None:
        try:
            operation()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)


def test_two_confirm_at_once(at_once: AtOnce, now: datetime) -> None:
    """One restores it, the other is told so; everything is written once."""
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="fine", actor=ANNA, now=now)

    def confirm(who: Actor) -> Callable[[], str]:
        def call() -> str:
            try:
                return stops.confirm_restore(stop_id=found.pk, actor=who, now=now).restored_label
            except DomainError as refusal:
                return refusal.key

        return call

    answers = at_once([confirm(person(name)) for name in ("bert", "carl", "dora", "emil")])

    assert sorted(answers)[1:] == ["emergency_stop_is_over"] * 3
    assert EmergencyStop.objects.get().restored_label == sorted(answers)[0]
    assert OutboxEvent.objects.filter(name="emergency_stop.restored").count() == 1
