"""`manage.py replay_decisions`: finds every stored decision that would come out differently, and no other."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import Campaign, Redemption, Version
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import replays
from promotions.services import campaigns, redemptions, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.redemptions import Redeemed
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import VoucherFactory, percent

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None, actor: Actor, now: datetime) -> Campaign:
    spec = CampaignSpec(values={"name": "Spring", "discount": percent(10)})
    made = campaigns.create(spec=spec, actor=actor, now=now)
    vouchers.create(spec=VoucherSpec(code="TEN"), campaign=made, actor=actor, now=now)
    VoucherFactory(code="OTHER", discount=percent(50))
    return made


def redeem(actor: Actor, now: datetime, *codes: str) -> Redeemed:
    spec = DecisionSpec(
        redeemables=tuple(Requested(object="voucher", id=code) for code in codes),
        order=OrderSpec(amount=4500),
    )
    return redemptions.redeem(spec=spec, actor=actor, now=now)


def copy_of(row: Redemption, **values: Any) -> Redemption:
    """Stored rows are final, so what went wrong must be wrong from the beginning."""
    row.pk, row.public_id, row.order = None, f"{row.public_id}x", None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def run(**options: Any) -> tuple[str, str, bool]:
    out, err = StringIO(), StringIO()
    try:
        call_command("replay_decisions", stdout=out, stderr=err, **options)
    except CommandError as error:
        return str(error), err.getvalue(), False
    return out.getvalue().strip(), err.getvalue(), True


def test_what_was_decided_is_decided_again_whatever_was_edited_since(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    redeem(actor, now, "TEN")
    redeem(actor, now, "TEN", "OTHER")
    change = CampaignSpec(values={"discount": percent(70)})
    campaigns.update(campaign_id=campaign.pk, spec=change, actor=actor, now=now)
    campaigns.delete(campaign_id=campaign.pk, force=True, actor=actor, now=now)

    assert run() == ("2 decisions replayed, all as they were stored.", "", True)


def test_refusals_keep_no_decision(campaign: Campaign, actor: Actor, now: datetime) -> None:
    with pytest.raises(NotRedeemable):
        redeem(actor, now, "NOBODY")

    assert run() == ("0 decisions replayed, all as they were stored.", "", True)


def test_names_each_difference_with_its_redemption(campaign: Campaign, actor: Actor, now: datetime) -> None:
    row = redeem(actor, now, "TEN").redemptions[0]
    outcome = {**row.outcome, "order": {**row.outcome["order"], "total_amount": 4000}}
    wrong = copy_of(row, outcome=outcome)

    said, errors, is_well = run()

    assert (said, is_well) == ("1 of the redemptions and versions differ; 2 decisions replayed.", False)
    assert errors == (f"redemption {wrong.public_id}: order.total_amount is 4000, the replay says 4050\n")


def test_names_versions_that_are_not_there(campaign: Campaign, actor: Actor, now: datetime) -> None:
    wrong = copy_of(redeem(actor, now, "TEN").redemptions[0], version_ids=[999_999_999])

    said, errors, is_well = run()

    assert not is_well
    assert errors == f"redemption {wrong.public_id}: version 999999999 is named, but is not there\n"


def test_names_versions_whose_content_is_not_that_of_their_digest(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    assert campaign.version is not None
    forged = campaign.version
    forged.pk, forged.public_id, forged.number = None, "ver_forged", 2
    forged.content = {**forged.content, "discount": percent(90)}
    forged.save(force_insert=True)

    said, errors, is_well = run()

    assert not is_well
    assert errors == "version ver_forged: its content is not the one that its digest was made of\n"
    assert Version.objects.count() == 2


def test_what_older_engines_did_not_store_counts_as_its_default(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    row = redeem(actor, now, "TEN").redemptions[0]
    snapshot, outcome = dict(row.snapshot), dict(row.outcome)
    del snapshot["strategy"], snapshot["articles"], outcome["gap"]
    snapshot["candidates"] = [
        {name: value for name, value in one.items() if name not in ("credits", "unit_counts", "is_referrer")}
        for one in snapshot["candidates"]
    ]

    copy_of(row, snapshot=snapshot, outcome=outcome)

    assert run() == ("2 decisions replayed, all as they were stored.", "", True)


def test_what_cannot_be_read_is_a_difference(campaign: Campaign, actor: Actor, now: datetime) -> None:
    row = redeem(actor, now, "TEN").redemptions[0]

    found = replays.differences({**row.snapshot, "moon": "full"}, row.outcome)

    assert found == ["cannot be read: Snapshot: unknown field moon"]


def test_can_be_kept_to_a_campaign_a_request_or_a_time(
    campaign: Campaign, actor: Actor, now: datetime
) -> None:
    both = redeem(actor, now, "TEN", "OTHER")
    other = redeem(actor, now.replace(day=11), "OTHER").redemptions[0]
    one = "1 decisions replayed, all as they were stored."

    assert run(campaign="Spring")[0] == one
    assert run(campaign=campaign.public_id)[0] == one
    assert run(redemption=both.redemptions[1].public_id)[0] == one
    assert run(redemption=other.public_id)[0] == one
    assert run(since="2026-03-11")[0] == one
    assert run(campaign="Spring", since="2026-03-11")[0].startswith("0 decisions")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"since": "yesterday"}, "--since: a day or an instant such as 2026-03-10T12:00:00Z."),
        ({"campaign": "Nobody"}, "There are no such redemptions."),
        ({"redemption": "r_nobody"}, "There are no such redemptions."),
    ],
)
def test_says_what_it_cannot_do(options: dict[str, str], said: str, campaign: Campaign) -> None:
    assert run(**options) == (said, "", False)
