from __future__ import annotations

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = "Loyalty"

    def ready(self) -> None:
        from loyalty import (
            earning_rule_approvals,
            exports,
            imports,
            journal,
            keeper,
            levels,
            points_approvals,
            tier_approvals,
        )

        earning_rule_approvals.register()
        exports.register()
        imports.register()
        journal.register()
        keeper.register()
        levels.register()
        points_approvals.register()
        tier_approvals.register()
