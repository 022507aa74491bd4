from __future__ import annotations

from datetime import datetime
from unittest.mock import patch

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from approvals.services import requests
from core.idempotency import Answer, IdempotencyKeyReused, Keyed
from promotions.services import ledger
from tests.approvals.world import acting, person, policy
from tests.factories.gift_cards import GiftCardFactory

pytestmark = pytest.mark.django_db


def test_of_two_calls_with_one_key_that_are_filed_at_once_the_second_is_refused(now: datetime) -> None:
    policy("Finance", operations=("vouchers.adjust",))
    card, actor = GiftCardFactory(gift_amount=1000), acting(person("mia", "User"))

    def asked(amount: int) -> ApprovalRequired:
        once = Keyed(
            actor=actor,
            key="k",
            fingerprint=str(amount),
            printed=lambda _: Answer(status=200, body=""),
            now=now,
        )
        with pytest.raises(ApprovalRequired) as refused:
            ledger.adjust(code=card.code, amount=amount, actor=actor, now=now, once=once)
        return refused.value

    first = asked(500)
    # The second looked for its key before the first was filed.
    with patch.object(requests, "asked_under", return_value=None):
        second = asked(700)
    first.settle()

    with pytest.raises(IdempotencyKeyReused):
        second.settle()

    assert ApprovalRequest.objects.count() == 1
