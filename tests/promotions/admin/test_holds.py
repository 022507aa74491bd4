"""The screen "Holds"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from core.models import AuditEntry
from promotions.models import Hold, ValidationSession, Voucher
from promotions.redeemables import Requested
from promotions.services import sessions
from promotions.services.validations import DecisionSpec, SessionSpec
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db
LIST = reverse("admin:promotions_validationsession_changelist")


@pytest.fixture
def hold(make_voucher: MakeVoucher, actor: Actor) -> Callable[..., ValidationSession]:
    def run(code: str, key: str, **session: Any) -> ValidationSession:
        make_voucher(code, redemption_quantity=2)
        spec = DecisionSpec(
            redeemables=(Requested(object="voucher", id=code),),
            order=OrderSpec(amount=10_000),
            session=SessionSpec(key=key, **session),
        )
        found = sessions.validate(spec=spec, actor=actor, now=timezone.now()).session
        assert found is not None
        return found

    return run


def test_lists_what_baskets_hold(admin_client: Client, hold: Callable[..., ValidationSession]) -> None:
    hold("TEN", "cart-1")
    over = hold("OLD", "cart-2")
    ValidationSession.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(hours=2))

    page = admin_client.get(LIST).content.decode()

    assert "TEN" in page
    assert "10.00" in page
    assert "in 6 days, 23 hours" in page.replace("\xa0", " ")
    assert "2 hours ago" in page.replace("\xa0", " ")


def test_the_page_says_which_limits_it_counts_in(
    admin_client: Client, hold: Callable[..., ValidationSession]
) -> None:
    session = hold("TEN", "cart-1")

    page = admin_client.get(
        reverse("admin:promotions_validationsession_change", args=[session.pk])
    ).content.decode()

    assert "Only whoever knows its key can use what it holds." in page
    assert "No limit counts what it holds." in page


def test_releases_by_the_button(admin_client: Client, hold: Callable[..., ValidationSession]) -> None:
    session = hold("TEN", "cart-1")

    answer = admin_client.post(
        reverse("admin:promotions_validationsession_release", args=[session.pk]), {"_form_submitted": "on"}
    )

    assert answer.headers["HX-Redirect"] == LIST
    assert not Hold.objects.exists()
    assert Voucher.objects.get().held_quantity == 0
    entry = AuditEntry.objects.get(action="validation_session.released")
    assert (entry.actor_kind, entry.channel) == ("user", "ADMIN")


def test_the_list_costs_the_same_with_more(
    admin_client: Client,
    hold: Callable[..., ValidationSession],
    count_queries: Callable[[Callable[[], Any]], int],
) -> None:
    hold("A", "cart-a")
    admin_client.get(LIST)
    few = count_queries(lambda: admin_client.get(LIST))
    for number in range(12):
        hold(f"B{number}", f"cart-{number}")

    assert count_queries(lambda: admin_client.get(LIST)) == few
