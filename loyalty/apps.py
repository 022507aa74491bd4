from __future__ import annotations

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = "Loyalty"

    def ready(self) -> None:
        from loyalty import (
            earning_rule_approvals,
            exports,
            holdings,
            imports,
            journal,
            keeper,
            levels,
            points_approvals,
            shop,
            subscribers,  # noqa: F401 - registers itself with core.events
            tier_approvals,
            webhooks,
        )
        from loyalty.selectors import reconcile, summaries
        from loyalty.services import auto_redeem, programme_clones

        earning_rule_approvals.register()
        exports.register()
        holdings.register()
        imports.register()
        journal.register()
        keeper.register()
        levels.register()
        points_approvals.register()
        shop.register()
        auto_redeem.register()
        tier_approvals.register()
        webhooks.register()
        programme_clones.register()
        reconcile.register()
        summaries.register()
