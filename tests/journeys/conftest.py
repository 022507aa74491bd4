"""A real browser. It may talk to this machine only, and every error on its console fails the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, Page, sync_playwright

from tests.screenshots import ARGS, CHROMIUM, Watch

PASSWORD: Final = "a-long-password-for-tests"

# Playwright runs an event loop in this thread; Django would refuse to touch the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed after its module: Playwright's event loop must not run under other tests."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"Chromium is not at {CHROMIUM}: install the package chromium, or set CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser, live_server: object) -> Iterator[Page]:
    """A browser tab on the live server. What it should not have done is asserted in the end."""
    base = str(live_server)
    context = chromium.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch = Watch(page, urlsplit(base).netloc)
    yield page
    context.close()
    assert watch.problems == []


def person(name: str, *groups: str) -> User:
    """Somebody of the staff with the roles of these groups, who signs in with `PASSWORD`."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, first_name=name.capitalize())
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return user


@pytest.fixture
def marketer() -> User:
    """Mara makes campaigns."""
    return person("mara", "User")


def sign_in(tab: Page, name: str = "mara", *, at: str = "/admin/", password: str = PASSWORD) -> None:
    """Whoever was signed in is not any more; ends on the page `at`, or where a second step is asked for."""
    tab.context.clear_cookies()
    tab.goto(f"/admin/login/?next={at}")
    tab.fill("#id_username", name)
    tab.fill("#id_password", password)
    tab.click("#login-form [type=submit]")
    tab.wait_for_url(lambda url: not urlsplit(url).path.startswith("/admin/login"))
    tab.wait_for_load_state("networkidle")
