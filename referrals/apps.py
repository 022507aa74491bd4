from __future__ import annotations

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        from commerce.services import erasures
        from referrals import (
            codes,
            keeper,
            recommendations,
            subscribers,  # noqa: F401 - registers itself with core.events
            tier_approvals,
            webhooks,
        )
        from referrals.selectors import reconcile, summaries
        from referrals.services import forgetting, programme_clones

        erasures.also(forgetting.forget)
        codes.register()
        keeper.register()
        recommendations.register()
        reconcile.register()
        summaries.register()
        programme_clones.register()
        tier_approvals.register()
        webhooks.register()
