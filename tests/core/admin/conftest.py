from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client


@pytest.fixture
def admin_page(db: None) -> Client:
    """A browser in which a superuser has signed in."""
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("root", "root@shop.example", "not-a-real-secret"))
    return browser


@pytest.fixture
def page_as(db: None) -> Callable[[str], Client]:
    """`page_as("Viewer")`: a browser of a person in that group."""

    def sign_in(group: str) -> Client:
        person = User.objects.create_user(f"{group.lower()}-person", is_staff=True)
        person.groups.add(Group.objects.get(name=group))
        browser = Client(raise_request_exception=False)
        browser.force_login(person)
        return browser

    return sign_in
