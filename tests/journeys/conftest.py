"""A real browser. It may talk to this machine only, and every error on its console fails the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.screenshots import ARGS, CHROMIUM, Watch

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
