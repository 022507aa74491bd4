"""Nothing lost, in order, no new ids: while receivers fail, writers write and senders die."""

from __future__ import annotations

import os

import pytest

from tests.integrations.webhooks.proof import prove

# The full size takes minutes; `python -m tests.integrations.webhooks` prints its figures.
MESSAGES = 100_000 if os.environ.get("FANFARE_NIGHTLY") == "1" else 600


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("loopback_allowed")
def test_every_message_arrives_in_order() -> None:
    outcome = prove(messages=MESSAGES)

    assert (outcome.lost, outcome.out_of_order, outcome.left) == (0, 0, 0), str(outcome)
    assert outcome.attempts > outcome.deliveries * 1.15
