from __future__ import annotations

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = "Loyalty"

    def ready(self) -> None:
        from loyalty import imports, journal, keeper, levels, tier_approvals

        imports.register()
        journal.register()
        keeper.register()
        levels.register()
        tier_approvals.register()
