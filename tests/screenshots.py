"""Pictures of the admin: `python -m tests.screenshots FOLDER [--url URL] [--user NAME] [--password WORD]`.

Looks at a running `make demo` (the login is in its private file) in light, dark, and 390 pixels wide, and
reports pages that log an error or call another host.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, sync_playwright

from config import demo_keys

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
# Beside what the menu leads to: name -> path.
FORMS = {
    "campaign-new": "/admin/promotions/campaign/add/",
    "campaign-steps": "/admin/promotions/campaign/wizard/",
    "campaign-first-step": "/admin/promotions/campaign/wizard/new/type/",
    "campaign-discount-step": "/admin/promotions/campaign/wizard/new/discount/",
    "collisions-all": "/admin/calendar/conflicts/?state=all&weight=all&order=soonest",
    "collisions-none": "/admin/calendar/conflicts/?kind=UNKNOWN&weight=high",
    "conditions-new": "/admin/promotions/validationrule/add/",
    "budget-new": "/admin/promotions/budget/add/",
    "policy-new": "/admin/approvals/policy/add/",
    "segment-new": "/admin/commerce/segment/add/",
    "emergency-stop-new": "/admin/promotions/emergencystop/add/",
    "loyalty-programme-new": "/admin/loyalty/programme/add/",
    "earning-rule-new": "/admin/loyalty/earningrule/add/",
    "reward-new": "/admin/promotions/rewardassignment/add/",
    "why-answered": "/admin/promotions/why/?codes=VIP20%0ACOFFEE20%0AWELCOM10&amount=40&together=alone",
    "calendar-week": "/admin/calendar/?view=week",
    "calendar-quarter": "/admin/calendar/?view=quarter&lanes=place",
    "calendar-list": "/admin/calendar/?show=list",
    "password": "/admin/password_change/",
    "second-step": "/admin/second-factor/",
}
# Pages of one object that are behind a button of it: name -> what its address ends with.
BEHIND = {"performance": "/performance/", "campaign-in-steps": "/edit_in_steps/"}
# So long may one look take; what is not pictured then is named.
MOST_SECONDS = 600


class Watch:
    """Notes what a page should not do."""

    def __init__(self, page: Page, host: str) -> None:
        self.problems: list[str] = []
        self.host = host
        page.on("console", lambda message: self._say(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._say(str(error)))
        page.on("response", self._answered)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._say(f"{response.status} {response.url}")
        if response.url.startswith("http") and urlsplit(response.url).netloc != self.host:
            self._say(f"another host: {response.url}")

    def _say(self, text: str) -> None:
        self.problems.append(text)


def shoot(browser: Browser, look: str, base: str, login: tuple[str, str], folder: Path) -> Iterator[str]:
    """Take all pictures of one look; yields what went wrong."""
    context = browser.new_context(**LOOKS[look])  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch(page, urlsplit(base).netloc)

    def save(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        print(f"{name}-{look}.png")  # noqa: T201 - a command

    page.goto(f"{base}/admin/login/?next=/admin/")
    save("login")
    page.fill("#id_username", login[0])
    page.fill("#id_password", login[1])
    page.click("#login-form [type=submit]")
    page.wait_for_selector("#nav-sidebar-apps a", state="attached")
    until = time.monotonic() + MOST_SECONDS
    menu = page.locator("#nav-sidebar-apps a").evaluate_all(
        "found => found.map(link => link.getAttribute('href'))"
    )
    lists = {_name(path): path for path in menu if path}
    for name, path in {**lists, **FORMS}.items():
        if time.monotonic() > until:
            yield f"{look}: no time was left for {name} and what follows"
            break
        page.goto(f"{base}{path}")
        save(name)
        if name in lists and (first := _first(page, path)):
            page.goto(f"{base}{first}")
            save(f"{name}-page")
            _parts(page, f"{name}-page", base, save)
    yield from (f"{look}: {problem}" for problem in watch.problems)
    context.close()


def _name(path: str) -> str:
    """/admin/promotions/campaign/ -> campaign; /admin/ -> overview"""
    last = path.rstrip("/").rpartition("/")[2]
    return "overview" if last == "admin" else last


def _first(page: Page, listing: str) -> str | None:
    """The page of the first object of the list that is open."""
    links = page.locator("#result_list a, .result-list-wrapper a, main a, #content a").evaluate_all(
        "found => found.map(link => link.getAttribute('href'))"
    )
    here = re.escape(listing.partition("?")[0])
    # A collision has a page of its own, not one of the admin's.
    pattern = re.compile(rf"^{here}([\w-]+/change/|\d+/$)")
    return next((link for link in links if link and pattern.match(link)), None)


def _parts(page: Page, name: str, base: str, save: Callable[[str], None]) -> None:
    """The tabs of an object's page, and the pages behind its buttons."""
    hrefs = page.locator("a[href]").evaluate_all("found => found.map(link => link.getAttribute('href'))")
    behind = {
        part: href for part, end in BEHIND.items() for href in hrefs if href.partition("?")[0].endswith(end)
    }
    tabs = page.locator(".fanfare-tabs a[href^='#']").evaluate_all(
        "found => found.map(link => link.getAttribute('href').slice(1))"
    )
    for tab in tabs:
        if tab != "general":
            page.click(f".fanfare-tabs a[href='#{tab}']")
            save(f"{name}-{tab}")
    for part, href in behind.items():
        page.goto(f"{base}{href}")
        save(f"{name}-{part}")


def main() -> int:
    keys = demo_keys.read(Path(os.environ.get("FANFARE_HOME", "var")))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("var/screenshots"))
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--user", default=keys.username if keys else "admin")
    parser.add_argument("--password", default=keys.password if keys else "")
    parser.add_argument("--look", choices=[*LOOKS], action="append")
    options = parser.parse_args()
    if not options.password:
        print("No password: start `make demo` first, or say --user and --password.", file=sys.stderr)  # noqa: T201
        return 1
    if not Path(CHROMIUM).exists():
        print(f"Chromium is not at {CHROMIUM}. Install it, or set CHROMIUM.", file=sys.stderr)  # noqa: T201
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        problems = [
            problem
            for look in options.look or LOOKS
            for problem in shoot(
                browser, look, options.url.rstrip("/"), (options.user, options.password), options.folder
            )
        ]
        browser.close()
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
