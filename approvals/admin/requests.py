from __future__ import annotations

from django.contrib import admin

from approvals.models import ApprovalRequest
from core.admin.base import ReadOnlyAdmin


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnlyAdmin):
    """What waits for a yes, and what became of it."""

    resource = "approvals"
    list_display = ("title", "state", "requester_label", "created_at")
    ordering = ("-created_at", "-pk")
