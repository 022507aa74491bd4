"""In which store a redemption or refusal was: the key or request says it, else metadata, else the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import Redemption
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount

pytestmark = pytest.mark.django_db

SAID = {"store": "said"}
ORDERED = {"store": "ordered"}


@pytest.mark.parametrize(
    ("key", "metadata", "ordered", "expected"),
    [
        ("key", SAID, ORDERED, "key"),
        ("", SAID, ORDERED, "said"),
        ("", {}, ORDERED, "ordered"),
        ("", {"store": 17}, {}, "17"),
        ("", {"store": ["no", "code"]}, {}, ""),
        ("", {"store": "x" * 300}, {}, "x" * 100),
    ],
)
def test_the_nearest_word_counts(
    actor: Actor, key: str, metadata: dict[str, Any], ordered: dict[str, Any], expected: str
) -> None:
    VoucherFactory(code="GOOD", campaign=CampaignFactory(discount=amount(100)), discount=None)
    caller = replace(actor, store=key)

    def ask(*codes: str) -> None:
        redemptions.redeem(
            spec=DecisionSpec(
                redeemables=tuple(Requested(object="voucher", id=code) for code in codes),
                order=OrderSpec(amount=1_000, metadata=ordered),
                metadata=metadata,
            ),
            actor=caller,
            now=NOW,
        )

    ask("GOOD")
    with pytest.raises(NotRedeemable):
        ask("UNKNOWN")

    rows = Redemption.objects.order_by("pk").values_list("result", "store")
    assert list(rows) == [("SUCCESS", expected), ("FAILURE", expected)]
