"""A list without rows says what would stand in it, and how it comes there."""

from __future__ import annotations

from typing import Final

import pytest
from django.contrib import admin

# Of these there is always one: the list leads straight to it.
SINGLE: Final = {"core.projectsettings", "core.branding", "calendar_app.crowding"}
# These say it themselves: a gallery, and an inbox that says why it is empty.
OWN_PAGES: Final = {"promotions.campaigntemplate", "approvals.approvalrequest"}
LISTED: Final = {
    model._meta.label_lower: screen
    for model, screen in admin.site._registry.items()
    if model._meta.label_lower not in SINGLE | OWN_PAGES
}


@pytest.mark.parametrize("label", sorted(LISTED))
def test_an_empty_list_teaches(label: str) -> None:
    hint = getattr(LISTED[label], "empty_hint", "")

    assert len(hint.split()) >= 5, f"{label} says nothing where there is nothing"
    assert hint.endswith(".")
