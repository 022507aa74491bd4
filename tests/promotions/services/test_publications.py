"""Giving codes to customers: who gets which, and what a refusal leaves. Contract: semantics-core 18."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.models import Customer
from commerce.services import erasures
from core.actors import Actor
from core.errors import NotFound
from core.models import AuditEntry, OutboxEvent
from promotions.models import Campaign, Hold, Holder, Publication, ValidationSession, Voucher
from promotions.services import publications
from promotions.services.code_pool import NoVoucherSuitable
from promotions.services.publication_specs import (
    DuplicateSourceId,
    MissingVouchers,
    PublicationSpec,
    TooManyVouchersRequested,
    VoucherAlreadyPublished,
    VoucherCannotBePublished,
)
from promotions.services.publications import Published
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def give(actor: Actor, now: datetime) -> Any:
    def publish(customer: str = "anna", **said: Any) -> Published:
        at = said.pop("at", now)
        spec = PublicationSpec(customer={"source_id": customer}, **said)
        return publications.publish(spec=spec, actor=actor, now=at)

    return publish


def codes(published: Published) -> list[str]:
    return [voucher.code for voucher in published.vouchers]


def test_a_campaign_gives_its_oldest_free_code(give: Any, now: datetime) -> None:
    campaign = CampaignFactory(name="Spring")
    first, second = VoucherFactory.create_batch(2, campaign=campaign)
    VoucherFactory()

    published = give(campaign="Spring", channel="E-mail", metadata={"wave": 1})

    customer = Customer.objects.get(source_id="anna")
    assert codes(published) == [first.code]
    first.refresh_from_db()
    assert (first.holder, first.published_at, first.publish_count) == (customer, now, 1)
    assert first.is_out_of_pool
    stored = Publication.objects.get()
    assert (stored.result, stored.customer, stored.campaign) == ("SUCCESS", customer, campaign)
    assert (stored.channel, stored.metadata, stored.voucher_code) == ("E-mail", {"wave": 1}, first.code)
    holder = Holder.objects.get()
    assert (holder.voucher, holder.customer, holder.role, holder.is_personal) == (
        first,
        customer,
        "OWNER",
        True,
    )
    assert codes(give("ben", campaign=campaign.public_id)) == [second.code]


def test_it_is_told_and_written_down(give: Any) -> None:
    campaign = CampaignFactory()
    code = VoucherFactory(campaign=campaign)

    publication = give(campaign=campaign.name).publication

    told = {event.name: event for event in OutboxEvent.objects.all()}
    assert set(told) == {"customer.created", "publication.succeeded", "voucher.published"}
    assert told["publication.succeeded"].entity_id == publication.public_id
    assert told["publication.succeeded"].payload == {
        "publication_id": publication.public_id,
        "customer_id": publication.customer.public_id,
        "campaign_id": campaign.public_id,
        "voucher_id": code.public_id,
        "voucher_ids": [code.public_id],
        "channel": "COMMAND",
        "failure_code": None,
    }
    assert told["voucher.published"].entity_id == code.public_id
    assert told["voucher.published"].payload["code"] == code.code
    entry = AuditEntry.objects.get(action="publication.created")
    assert entry.after == {"codes": 1, "customer": publication.customer.public_id}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"is_active": False},
        {"redeemed_quantity": 1},
        {"held_quantity": 1},
        {"is_out_of_pool": True},
        {"ends_at": datetime.fromisoformat("2026-03-10T12:00:00Z")},
        {"deleted_at": datetime.fromisoformat("2026-03-09T12:00:00Z")},
    ],
)
def test_codes_that_are_no_good_are_left_out(give: Any, spoiled: dict[str, Any]) -> None:
    campaign = CampaignFactory()
    bad = VoucherFactory(campaign=campaign, **spoiled)
    good = VoucherFactory(campaign=campaign)

    assert codes(give(campaign=campaign.name)) == [good.code]
    with pytest.raises(NoVoucherSuitable):
        give("ben", campaign=campaign.name)

    bad.refresh_from_db()
    assert bad.holder is None


def test_a_code_that_a_basket_of_the_past_holds_is_free(give: Any, now: datetime) -> None:
    campaign = CampaignFactory()
    code = VoucherFactory(campaign=campaign, held_quantity=1)
    session = ValidationSession.objects.create(key="left", created_at=now, expires_at=now)
    Hold.objects.create(session=session, voucher=code)

    assert codes(give(campaign=campaign.name)) == [code.code]

    code.refresh_from_db()
    assert code.held_quantity == 0


def test_codes_that_come_free_behind_the_last_one_are_found(give: Any) -> None:
    """The look begins behind what was given last, but ends nowhere."""
    campaign = CampaignFactory()
    disabled = VoucherFactory(campaign=campaign, is_active=False)
    VoucherFactory.create_batch(2, campaign=campaign)
    give("anna", campaign=campaign.name)
    Voucher.objects.filter(pk=disabled.pk).update(is_active=True)

    give("ben", campaign=campaign.name)

    assert codes(give("carl", campaign=campaign.name)) == [disabled.code]


def test_an_empty_fixed_pool_refuses_and_leaves_one_row(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")

    with pytest.raises(NoVoucherSuitable, match="All codes of Spring were given out or used"):
        give(campaign="Spring", channel="API")

    failed = Publication.objects.get()
    assert (failed.result, failed.failure_code) == ("FAILURE", "no_voucher_suitable_for_publication")
    assert failed.campaign == campaign
    assert failed.customer is None
    assert failed.channel == "API"
    assert not Customer.objects.exists()
    assert not Holder.objects.exists()
    assert [event.name for event in OutboxEvent.objects.all()] == ["publication.failed"]


def test_a_pool_that_grows_makes_the_code(give: Any) -> None:
    campaign = CampaignFactory(type=Campaign.Type.AUTO_UPDATE, vouchers_count=1, code_config={"prefix": "A-"})
    there = VoucherFactory(campaign=campaign)

    assert codes(give("anna", campaign=campaign.name)) == [there.code]
    (made,) = codes(give("ben", campaign=campaign.name))

    assert made.startswith("A-")
    campaign.refresh_from_db()
    assert campaign.vouchers_count == 2
    assert Voucher.objects.get(code=made).holder.source_id == "ben"


def test_a_pool_that_cannot_grow_refuses(give: Any) -> None:
    config = {"charset": "A", "pattern": "X-#"}
    campaign = CampaignFactory(type=Campaign.Type.AUTO_UPDATE, code_config=config)

    with pytest.raises(NoVoucherSuitable, match="no new one can be made"):
        give(campaign=campaign.name)

    assert not Voucher.objects.exists()


def test_many_codes_come_together_or_not_at_all(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")
    batch = VoucherFactory.create_batch(3, campaign=campaign)

    with pytest.raises(NoVoucherSuitable, match="Only 3 codes of Spring are free"):
        give(campaign="Spring", count=4)
    assert not Holder.objects.exists()
    published = give(campaign="Spring", count=3)

    assert codes(published) == [code.code for code in batch]
    assert published.publication.codes_count == 3
    assert Holder.objects.count() == 3


def test_a_named_code_of_a_campaign_belongs_to_one(give: Any) -> None:
    code = VoucherFactory(campaign=CampaignFactory())
    first = give("anna", voucher=code.code)

    with pytest.raises(VoucherAlreadyPublished):
        give("ben", voucher=code.code)
    again = give("anna", voucher=code.public_id)

    assert (again.is_repeated, again.publication) == (True, first.publication)
    code.refresh_from_db()
    assert (code.holder.source_id, code.publish_count) == ("anna", 1)
    assert Publication.objects.get(result="FAILURE").voucher_code == code.code


@pytest.mark.parametrize("is_standalone", [True, False])
def test_a_generic_code_may_be_given_to_many(give: Any, now: datetime, is_standalone: bool) -> None:
    campaign = None if is_standalone else CampaignFactory(type=Campaign.Type.STANDALONE, name="One")
    code = VoucherFactory(campaign=campaign)
    asked = {"voucher": code.code} if is_standalone else {"campaign": "One"}

    give("anna", **asked)
    give("ben", **asked, at=now + timedelta(hours=1))
    give("ben", **asked, at=now + timedelta(hours=2))

    code.refresh_from_db()
    assert (code.publish_count, code.published_at) == (3, now + timedelta(hours=2))
    assert code.holder.source_id == "ben"
    held = Holder.objects.order_by("pk").values_list("customer__source_id", "is_personal")
    assert list(held) == [("anna", False), ("ben", False)]


def test_voucher_beats_campaign(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory(campaign=campaign)
    named = VoucherFactory()

    assert codes(give(voucher=named.code, campaign="Spring")) == [named.code]


def test_a_campaign_that_is_joined_once_refuses_the_second_time(give: Any) -> None:
    campaign = CampaignFactory(name="Spring", join_once=True)
    VoucherFactory.create_batch(3, campaign=campaign)
    first = give(campaign="Spring")

    with pytest.raises(VoucherCannotBePublished) as refusal:
        give(campaign="Spring")
    assert refusal.value.message == "Customer already joined program."
    again = give(campaign="Spring", join_once=True)

    assert (again.is_repeated, again.publication) == (True, first.publication)
    assert Holder.objects.count() == 1


def test_asked_to_join_once_a_customer_gets_what_he_has(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(3, campaign=campaign)
    first = give(campaign="Spring", join_once=True)

    assert codes(give(campaign="Spring", join_once=True)) == codes(first)
    assert codes(give(campaign="Spring")) != codes(first)


def test_who_lost_his_code_may_join_again(give: Any, now: datetime) -> None:
    campaign = CampaignFactory(name="Spring", join_once=True)
    VoucherFactory.create_batch(2, campaign=campaign)
    (lost,) = give(campaign="Spring").vouchers
    Voucher.objects.filter(pk=lost.pk).update(deleted_at=now)

    assert codes(give(campaign="Spring")) != [lost.code]


def test_a_repeated_call_with_a_source_id_gives_nothing_more(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(3, campaign=campaign)
    first = give(campaign="Spring", source_id="mail-1")

    again = give(campaign="Spring", source_id="mail-1")

    assert (again.is_repeated, again.publication) == (True, first.publication)
    for said in ({"customer": "ben", "campaign": "Spring"}, {"voucher": VoucherFactory().code}):
        with pytest.raises(DuplicateSourceId):
            give(source_id="mail-1", **said)
    assert Holder.objects.count() == 1
    assert not Customer.objects.filter(source_id="ben").exists()


def test_a_repeated_call_for_an_address_makes_no_second_customer(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    VoucherFactory.create_batch(2, campaign=campaign)
    spec = PublicationSpec(customer={"email": "new@shop.example"}, campaign=campaign.name, source_id="mail-1")

    first = publications.publish(spec=spec, actor=actor, now=now)
    again = publications.publish(spec=spec, actor=actor, now=now)

    assert again.publication == first.publication
    assert Customer.objects.get().email == "new@shop.example"


def test_a_cause_gives_a_customer_something_once(give: Any) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(3, campaign=campaign)
    first = give(campaign="Spring", cause="dist_1:ev_1")

    assert codes(give(campaign="Spring", cause="dist_1:ev_1")) == codes(first)
    assert codes(give(campaign="Spring", cause="dist_1:ev_2")) != codes(first)
    assert not give("ben", campaign="Spring", cause="dist_1:ev_1").is_repeated


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({}, MissingVouchers),
        ({"campaign": "Nowhere"}, NotFound),
        ({"voucher": "NOWHERE"}, NotFound),
        ({"campaign": "Spring", "count": 51}, TooManyVouchersRequested),
        ({"campaign": "Spring", "count": 2, "source_id": "mail-1"}, TooManyVouchersRequested),
    ],
)
def test_a_call_that_makes_no_sense_leaves_nothing(give: Any, said: dict[str, Any], refusal: type) -> None:
    VoucherFactory(campaign=CampaignFactory(name="Spring"))

    with pytest.raises(refusal):
        give(**said)

    assert not Publication.objects.exists()
    assert not Customer.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ends_at": datetime.fromisoformat("2026-03-10T12:00:00Z")}, "over"),
        ({"lifecycle": "DRAFT", "is_active": False}, "draft"),
        ({"campaign_type": "PROMOTION", "discount": None}, "no codes"),
    ],
)
def test_campaigns_that_give_no_codes_out(give: Any, values: dict[str, Any], words: str) -> None:
    campaign = CampaignFactory(**values)

    with pytest.raises(VoucherCannotBePublished, match=words):
        give(campaign=campaign.name)

    assert not Holder.objects.exists()


@pytest.mark.parametrize(
    "values", [{"is_active": False}, {"starts_at": datetime.fromisoformat("2026-04-01T00:00:00Z")}]
)
def test_campaigns_that_do_not_run_give_codes_out(give: Any, values: dict[str, Any]) -> None:
    """Contract: governance 1."""
    campaign = CampaignFactory(**values)
    code = VoucherFactory(campaign=campaign)

    assert codes(give(campaign=campaign.name)) == [code.code]


def test_a_disabled_code_is_not_given(give: Any) -> None:
    code = VoucherFactory(is_active=False)

    with pytest.raises(VoucherCannotBePublished, match="disabled"):
        give(voucher=code.code)


def test_a_known_customer_stands_on_his_refusal(give: Any) -> None:
    anna = CustomerFactory(source_id="anna")
    campaign = CampaignFactory()

    with pytest.raises(NoVoucherSuitable):
        give(campaign=campaign.name)

    assert Publication.objects.get().customer == anna


def test_an_erased_customer_leaves_no_words(give: Any, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    VoucherFactory(campaign=campaign)
    publication = give(
        campaign=campaign.name, source_id="anna@shop.example", metadata={"note": "Anna's birthday"}
    ).publication

    erasures.erase(customer_id=publication.customer_id, actor=actor, now=now)

    publication.refresh_from_db()
    assert (publication.metadata, publication.source_id, publication.tracking_id) == ({}, "", "")
    assert publication.voucher_code
    assert Holder.objects.count() == 1
