from __future__ import annotations

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "promotions"
    verbose_name = "Promotions"

    def ready(self) -> None:
        from commerce.services import erasures
        from promotions import (
            approvables,
            approval_audiences,
            approval_publications,
            approval_rewards,
            exports,
            imports,
            kinds,
            reach,
            subscribers,  # noqa: F401 - registers itself with core.events
            webhook_publications,
            webhooks,
        )
        from promotions.services import forgetting

        erasures.also(forgetting.forget)
        approvables.register()
        approval_audiences.register()
        approval_publications.register()
        approval_rewards.register()
        kinds.register()
        reach.register()
        imports.register()
        exports.register()
        webhooks.register()
        webhook_publications.register()
