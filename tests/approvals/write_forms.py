"""What a browser sends to the pages of the admin that change something a yes may be needed for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.db.models import Model
from django.test import Client

from tests.approvals.write_paths import WritePath
from tests.approvals.write_shop import WriteShop
from tests.factories.promotions import at_least
from tests.promotions.admin.test_budgets import filled
from tests.security.test_admin_access import CONFIRMED
from tests.security.world import World

type Fields = dict[str, Any]

_CODES: Final = {"count": "2", "pattern": ""}
_RULE: Final = {"name": "Other", "document": json.dumps({"rules": at_least(7)}), "message": ""}
# What actions on chosen rows ask for first.
_WHY: Final = {**CONFIRMED, "_decide": "1", "reason": "Known"}
# What is typed into forms, beside what they show.
TYPED: Final[dict[str, Callable[[WriteShop], Fields]]] = {
    "campaign/add/": lambda world: {
        "campaign_type": "DISCOUNT_COUPONS", "type": "STATIC", "name": "New", "discount_type": "PERCENT",
        "percent_off": "90", "codes_wanted": "2", "pattern": "NEW-#####", "charset": "easy",
    },
    "campaign/<object_id>/change/": lambda world: {"percent_off": "90", "category": ""},
    "campaign/<object_id>/add_codes/": lambda world: _CODES,
    "voucher/add/": lambda world: {"code": "NEW", "discount_type": "PERCENT", "percent_off": "90"},
    "voucher/<object_id>/change/": lambda world: {"percent_off": "90"},
    "voucher/<object_id>/change_balance/": lambda world: {
        "direction": "add", "amount": "5", "reason": "Goodwill",
    },
    "promotiontier/add/": lambda world: {
        "campaign": world.shop.promotion.pk, "name": "New", "hierarchy": "3", "discount_type": "PERCENT",
        "percent_off": "90",
    },
    "promotiontier/<object_id>/change/": lambda world: {"amount_off": "900"},
    "promotionstack/add/": lambda world: {
        "campaign": world.shop.promotion.pk, "name": "New", "category": "",
    },
    "promotionstack/<object_id>/change/": lambda world: {
        "name": "Renamed", "category": "", "tiers_0": world.second.public_id,
        "tiers_1": world.shop.tier.public_id,
    },
    "category/<object_id>/change/": lambda world: {"name": "Renamed", "hierarchy": "2"},
    "validationrule/add/": lambda world: {**_RULE, "assign_to": f"voucher:{world.card.pk}"},
    "validationrule/<object_id>/change/": lambda world: _RULE,
    "budget/add/": lambda world: filled(name="New"),
    "budget/<object_id>/change/": lambda world: {"limit_money": "99999"},
}  # fmt: skip


def rows(world: WriteShop, others: World) -> dict[str, Model]:
    """The row that stands for its model: those of the shop, else any."""
    shop = world.shop
    named = [
        shop.campaign, shop.alone, shop.tier, world.stack, shop.category, shop.rule, shop.budget,
        world.rule_of_money,
    ]  # fmt: skip
    return {**others, **{row._meta.label_lower: row for row in named}}


class Forms:
    """`filled` remembers what the pages showed to somebody who may see all of them."""

    def __init__(self, browser: Client, world: WriteShop, others: World) -> None:
        self._browser, self._world = browser, world
        self._rows = rows(world, others)
        self._shown: dict[str, Fields] = {}

    def address(self, path: WritePath) -> str:
        pk = self._pk(path)
        query = "?version=1" if path.route.pattern.endswith("/revert/") else ""
        return path.route.path(object_id=pk, id=pk, app_label="promotions") + query

    def _pk(self, path: WritePath) -> str:
        label = ".".join(path.route.pattern.split("/")[1:3])
        others = {
            "change_balance": self._world.card,
            "launch": self._world.draft,
            "submit": self._world.draft,
        }
        row = others.get(path.route.pattern.split("/")[-2]) or self._rows.get(label)
        return str(row.pk) if row is not None else "1"

    def filled(self, path: WritePath) -> Fields:
        pattern = path.route.pattern.removeprefix("admin/promotions/")
        typed = TYPED[pattern](self._world) if pattern in TYPED else {}
        if path.query:
            action = path.query.removeprefix("action=")
            return {**_WHY, "action": action, "_selected_action": [self._pk(path)]}
        shown = self._read(path) if typed and pattern.endswith("/change/") else {}
        return {**CONFIRMED, **shown, **typed}

    def _read(self, path: WritePath) -> Fields:
        if path.name not in self._shown:
            form = self._browser.get(self.address(path)).context_data["adminform"].form
            shown = {name: form[name].value() for name in form.fields if name not in {"months", "metadata"}}
            months = {f"months-{month:%Y-%m}": "" for month in form.initial.get("months") or ()}
            self._shown[path.name] = {
                name: "" if value is None else value for name, value in {**shown, **months}.items()
            }
        return self._shown[path.name]
