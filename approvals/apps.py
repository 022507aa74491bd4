from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        from approvals import (
            approvables,
            subscribers,  # noqa: F401 - registers itself with core.events
            webhooks,
        )
        from approvals.models import ApprovalRequest
        from core import places

        approvables.register()
        places.register("approvalrequest", lambda: ApprovalRequest.objects.values("public_id"))
        webhooks.register()
