"""Changes of programmes that wait for a yes or for their time, and what their pages say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import registry
from approvals.models import ApprovalRequest
from loyalty.models import Programme
from promotions.models import Campaign
from tests.approvals.world import policy
from tests.loyalty.admin.test_programme_changes import NEW, RULE, SETTINGS, add, change, club, errors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]
__all__ = ["club"]


def test_the_page_says_what_waits_about_the_programme_and_all_of_its_parts(
    admin_page: Client, page_as: Callable[[str], Client], club: Campaign
) -> None:
    policy("Finance", name="Points", operations=["campaigns.update"])
    marketer = page_as("Marketer")
    add(marketer, "loyalty_earningrule", campaign=club.pk, **RULE)
    add(marketer, "loyalty_loyaltytier", campaign=club.pk, name="Platinum", points_from="9000")
    assert ApprovalRequest.objects.count() == 2

    html = admin_page.get(reverse("admin:loyalty_programme_change", args=[club.pk])).content.decode()

    assert "Waiting changes (2)" in html
    for request in ApprovalRequest.objects.all():
        assert request.title in html


def test_a_change_of_settings_may_be_planned_for_later(admin_page: Client, club: Campaign) -> None:
    when = {"takes_effect_0": "2026-03-20", "takes_effect_1": "08:00"}

    answer = change(admin_page, "loyalty_programme", club, **{**SETTINGS, **when})

    assert answer.status_code == 302, errors(answer)
    assert answer["Location"].endswith("#waiting")
    club.refresh_from_db()
    assert (club.loyalty or {})["points"] != 75
    request = ApprovalRequest.objects.get()
    assert request.effective_at is not None
    assert any(
        "75" in one for one in registry.differences(request.target_type, request.base, request.proposal)
    )


def test_the_launch_of_a_new_programme_needs_a_yes_to_all_of_it(
    admin_page: Client, page_as: Callable[[str], Client], press: Callable[..., Any]
) -> None:
    policy("Finance", name="Launches", operations=["campaigns.launch"])
    marketer = page_as("Marketer")
    marketer.post(reverse("admin:loyalty_programme_add"), NEW)
    draft = Programme.objects.get()
    url = reverse("admin:loyalty_programme_launch", args=[draft.pk])

    marketer.post(url, {"_form_submitted": "on"})

    draft.refresh_from_db()
    assert draft.is_draft
    request = ApprovalRequest.objects.get()
    html = admin_page.get(
        reverse("admin:approvals_approvalrequest_change", args=[request.pk])
    ).content.decode()
    for said in ("Bronze", "Silver", "1 point for every", "Pay with points"):
        assert said in html, said
