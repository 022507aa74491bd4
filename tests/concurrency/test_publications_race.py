"""Many publishers at once: nobody gets another's code, nobody is refused while one is left (P1)."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from core.actors import Actor
from core.errors import DomainError
from promotions.models import Campaign, Hold, Holder, Publication, PublishedCode, ValidationSession, Voucher
from promotions.services import code_pool, publications, vouchers
from promotions.services.publication_specs import PublicationSpec
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
PUBLISHERS = 50
# PROOFS R10 asks for 1,000 customers and 500 codes; a tenth of it is always on.
SIZE = 10 if os.environ.get("FANFARE_NIGHTLY") else 1


@pytest.fixture
def publish(actor: Actor, now: datetime) -> Callable[..., str]:
    def one(customer: str, **said: Any) -> str:
        """The codes that were given, or the key of the refusal."""
        spec = PublicationSpec(customer={"source_id": customer}, **said)
        try:
            published = publications.publish(spec=spec, actor=actor, now=now)
        except DomainError as refusal:
            return refusal.key
        return ",".join(voucher.code for voucher in published.vouchers)

    return one


def in_turns(calls: Sequence[Callable[[], str]]) -> list[Callable[[], list[str]]]:
    """As many workers as there are publishers, each with its share of the calls."""
    shares = [calls[worker::PUBLISHERS] for worker in range(PUBLISHERS)]
    return [lambda share=share: [call() for call in share] for share in shares]


def one_holder_each(campaign: Campaign) -> None:
    """Every code that was given has one holder, everywhere the same one, and one publication."""
    given = Voucher.objects.filter(campaign=campaign, holder__isnull=False)
    holders = dict(given.values_list("pk", "holder"))
    assert (
        dict(Holder.objects.filter(voucher__campaign=campaign).values_list("voucher", "customer")) == holders
    )
    codes = PublishedCode.objects.filter(voucher__campaign=campaign)
    assert sorted(codes.values_list("voucher", flat=True)) == sorted(holders)
    assert dict(codes.values_list("voucher", "publication__customer")) == holders
    assert set(given.values_list("publish_count", "is_out_of_pool")) <= {(1, True)}


def test_a_thousand_customers_race_for_five_hundred_codes(
    publish: Callable[..., str], at_once: AtOnce, given_up: list[float]
) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(50 * SIZE, campaign=campaign)
    calls = [lambda number=number: publish(f"c{number}", campaign="Spring") for number in range(100 * SIZE)]

    answers = [answer for share in at_once(in_turns(calls)) for answer in share]

    counted = Counter(answers)
    assert counted.pop("no_voucher_suitable_for_publication") == 50 * SIZE
    assert set(counted.values()) == {1}
    assert set(counted) == set(campaign.vouchers.values_list("code", flat=True))
    one_holder_each(campaign)
    assert Publication.objects.filter(result="FAILURE").count() == 50 * SIZE
    assert given_up == []


def test_a_pool_that_grows_gives_everybody_one(publish: Callable[..., str], at_once: AtOnce) -> None:
    campaign = CampaignFactory(name="Spring", type=Campaign.Type.AUTO_UPDATE, vouchers_count=10)
    VoucherFactory.create_batch(10, campaign=campaign)
    calls = [lambda number=number: publish(f"c{number}", campaign="Spring") for number in range(60)]

    answers = [answer for share in at_once(in_turns(calls)) for answer in share]

    assert len(set(answers)) == 60
    assert all(Voucher.objects.filter(code=code).exists() for code in answers)
    campaign.refresh_from_db()
    assert campaign.vouchers_count == Voucher.objects.filter(campaign=campaign).count() >= 60
    one_holder_each(campaign)


def test_several_codes_come_together_or_not_at_all(
    publish: Callable[..., str], at_once: AtOnce, given_up: list[float]
) -> None:
    """20 callers want three of 50 codes each: 16 get theirs, whoever took some for the time being."""
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(50, campaign=campaign)

    answers = at_once(
        [lambda number=number: publish(f"c{number}", campaign="Spring", count=3) for number in range(20)]
    )

    given = [answer.split(",") for answer in answers if "," in answer]
    assert [len(codes) for codes in given] == [3] * 16
    assert len({code for codes in given for code in codes}) == 48
    assert answers.count("no_voucher_suitable_for_publication") == 4
    one_holder_each(campaign)
    assert given_up == []


def test_one_customer_joins_once(publish: Callable[..., str], at_once: AtOnce) -> None:
    campaign = CampaignFactory(name="Club", join_once=True)
    VoucherFactory.create_batch(20, campaign=campaign)
    CustomerFactory(source_id="anna")

    answers = at_once([lambda: publish("anna", campaign="Club")] * 16)

    assert Counter(answers)["voucher_cannot_be_published"] == 15
    assert Holder.objects.count() == 1


def test_a_new_customer_joins_once(publish: Callable[..., str], at_once: AtOnce) -> None:
    campaign = CampaignFactory(name="Club")
    VoucherFactory.create_batch(20, campaign=campaign)

    answers = at_once([lambda: publish("anna", campaign="Club", join_once=True)] * 16)

    assert len(set(answers)) == 1
    assert Holder.objects.count() == 1


def test_one_source_id_gives_once(publish: Callable[..., str], at_once: AtOnce) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(20, campaign=campaign)

    same = at_once([lambda: publish("anna", campaign="Spring", source_id="one")] * 12)
    others = at_once(
        [
            lambda number=number: publish(f"c{number}", campaign="Spring", source_id="two")
            for number in range(12)
        ]
    )

    assert len(set(same)) == 1
    assert Counter(others)["duplicate_source_id"] == 11
    assert Holder.objects.count() == 2


def test_one_named_code_has_one_holder(publish: Callable[..., str], at_once: AtOnce) -> None:
    code = VoucherFactory(campaign=CampaignFactory())

    answers = at_once(
        [lambda number=number: publish(f"c{number}", voucher=code.code) for number in range(16)]
    )

    assert Counter(answers) == {code.code: 1, "voucher_already_published": 15}
    one_holder_each(code.campaign)


def test_a_generic_code_counts_all_its_publications(publish: Callable[..., str], at_once: AtOnce) -> None:
    code = VoucherFactory()

    at_once([lambda number=number: publish(f"c{number}", voucher=code.code) for number in range(30)])

    code.refresh_from_db()
    assert (code.publish_count, Holder.objects.filter(voucher=code).count()) == (30, 30)


def test_codes_that_go_meanwhile_are_given_to_nobody(
    publish: Callable[..., str], at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    """Disabling and deleting are as fast as publishing: a code is given or gone, never both unnoticed."""
    campaign = CampaignFactory(name="Spring", vouchers_count=30)
    batch = VoucherFactory.create_batch(30, campaign=campaign)

    def spoil(place: int) -> Callable[[], str]:
        pk = batch[place].pk
        if place % 2:
            return lambda: str(vouchers.set_active(voucher_id=pk, is_active=False, actor=actor, now=now))
        return lambda: str(vouchers.delete(voucher_id=pk, force=False, actor=actor, now=now))

    given = [lambda number=number: publish(f"c{number}", campaign="Spring") for number in range(30)]
    answers = at_once([*given, *(spoil(place) for place in range(10))])[:30]

    codes = [answer for answer in answers if answer != "no_voucher_suitable_for_publication"]
    assert len(set(codes)) == len(codes) >= 20
    one_holder_each(campaign)


def test_who_waits_for_a_code_that_comes_free_gets_it(
    publish: Callable[..., str], at_once: AtOnce, now: datetime
) -> None:
    """The last code is locked by somebody who does not take it: nobody is told that there is none."""
    campaign = CampaignFactory(name="Spring")
    code = VoucherFactory(campaign=campaign, held_quantity=1)
    session = ValidationSession.objects.create(
        key="gone", created_at=now - timedelta(days=1), expires_at=now - timedelta(hours=1)
    )
    Hold.objects.create(session=session, voucher=code)

    answers = at_once([lambda number=number: publish(f"c{number}", campaign="Spring") for number in range(8)])

    assert Counter(answers)[code.code] == 1
    one_holder_each(campaign)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM promotions_hold")
        assert cursor.fetchone() == (0,)


def test_nobody_is_refused_while_the_last_code_may_come_back(
    publish: Callable[..., str], at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    """One takes the last code and lets it go again, once the other one waits for it (or gave up)."""
    campaign = CampaignFactory(name="Spring")
    code = VoucherFactory(campaign=campaign)
    taken, answered = threading.Event(), threading.Event()

    def take_and_let_go() -> str:
        with transaction.atomic():
            code_pool.take(campaign=campaign, count=1, actor=actor, now=now)
            taken.set()
            while not (answered.wait(0.02) or _somebody_waits()):
                pass
            transaction.set_rollback(True)
        return ""

    def want() -> str:
        assert taken.wait(30)
        answer = publish("anna", campaign="Spring")
        answered.set()
        return answer

    assert at_once([take_and_let_go, want]) == ["", code.code]
    one_holder_each(campaign)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
