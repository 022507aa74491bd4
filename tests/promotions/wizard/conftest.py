from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from promotions.models import CampaignSetup
from tests.core.admin.conftest import admin_page, page_as

__all__ = ["admin_page", "page_as"]

type Answer = Callable[..., HttpResponse]


def at(ref: str | CampaignSetup, step: str) -> str:
    key = ref if isinstance(ref, str) else str(ref.pk)
    return reverse("admin:promotions_wizard_step", args=[key, step])


def seen(page: Client, url: str) -> str:
    """What a browser sends along with the form of a step: by what was saved when it was opened."""
    context: Any = page.get(url).context
    return str(context["seen"])


@pytest.fixture
def answer(admin_page: Client) -> Answer:
    """`answer("discount", percent_off="10")`: a step is opened, filled in and saved, as a browser does."""

    def fill(step: str, *, ref: str | None = None, press: str = "_next", **fields: Any) -> HttpResponse:
        row = CampaignSetup.objects.order_by("-pk").first()
        url = at(ref or (str(row.pk) if row else "new"), step)
        found: Any = admin_page.post(url, {"seen": seen(admin_page, url), press: "1", **fields})
        return found

    return fill
