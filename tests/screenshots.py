"""Pictures of the admin: `python -m tests.screenshots FOLDER [--url URL] [--user NAME] [--password WORD]`.

Looks at a running `make demo` (the login is in its private file) in light, dark, and 390 pixels wide, and
reports pages that log an error or call another host.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
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
# name -> path; a second path segment in brackets: the first link of that list that matches.
PAGES = {
    "overview": "/admin/",
    "campaigns": "/admin/promotions/campaign/",
    "campaign-new": "/admin/promotions/campaign/add/",
    "codes": "/admin/promotions/voucher/",
    "tiers": "/admin/promotions/promotiontier/",
    "conditions": "/admin/promotions/validationrule/",
    "conditions-new": "/admin/promotions/validationrule/add/",
    "categories": "/admin/promotions/category/",
    "budgets": "/admin/promotions/budget/",
    "budget-new": "/admin/promotions/budget/add/",
    "policies": "/admin/approvals/policy/",
    "policy-new": "/admin/approvals/policy/add/",
    "simulator": "/admin/approvals/simulator/",
    "absences": "/admin/approvals/delegation/",
    "redemptions": "/admin/promotions/redemption/",
    "why": "/admin/promotions/why/?codes=VIP20%0ACOFFEE20%0ABLACK25%0AWELCOM10&amount=40&together=alone",
    "customers": "/admin/commerce/customer/?o=-5",
    "segments": "/admin/commerce/segment/",
    "orders": "/admin/commerce/order/",
    "products": "/admin/commerce/product/",
    "collections": "/admin/commerce/productcollection/",
    "events": "/admin/commerce/customevent/",
    "emergency-stops": "/admin/promotions/emergencystop/",
    "emergency-stop-new": "/admin/promotions/emergencystop/add/",
    "holds": "/admin/promotions/validationsession/",
    "jobs": "/admin/integrations/asyncaction/",
    "exports": "/admin/integrations/export/",
    "settings": "/admin/core/projectsettings/1/change/",
    "password": "/admin/password_change/",
}
# The first object of these lists is opened too, and its tabs.
OPENED = {
    "campaign": "campaigns",
    "code": "codes",
    "tier": "tiers",
    "condition": "conditions",
    "budget": "budgets",
    "policy": "policies",
    "redemption": "redemptions",
    "customer": "customers",
    "order": "orders",
    "product": "products",
    "segment": "segments",
    "export": "exports",
    "hold": "holds",
}
TABS = {
    "campaign": ("codes", "tiers", "redemptions", "budgets", "versions"),
    "budget": ("counters", "campaigns", "alerts"),
    "policy": ("versions",),
    "condition": ("used", "versions"),
    "customer": ("orders", "redemptions"),
    "order": ("lines",),
}


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
    for name, path in PAGES.items():
        page.goto(f"{base}{path}")
        save(name)
    for name, listing in OPENED.items():
        page.goto(f"{base}{PAGES[listing]}")
        links = page.locator("#result_list a, .result-list-wrapper a").evaluate_all(
            "found => found.map(link => link.getAttribute('href'))"
        )
        prefix = PAGES[listing].partition("?")[0]
        pattern = re.compile(rf"^{re.escape(prefix)}\d+/change/")
        first = next((link for link in links if link and pattern.match(link)), None)
        if first is None:
            continue
        page.goto(f"{base}{first}")
        save(name)
        for tab in TABS.get(name, ()):
            if page.locator(f".fanfare-tabs a[href='#{tab}']").count():
                page.click(f".fanfare-tabs a[href='#{tab}']")
                save(f"{name}-{tab}")
    yield from (f"{look}: {problem}" for problem in watch.problems)
    context.close()


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
