from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from approvals.models.requests import ApprovalRequest


class Delegation(models.Model):
    """While `person` is away, `stand_in` may decide in his place: from `starts_at`, before `ends_at`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations")
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stands_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "absence"
        constraints = (
            models.CheckConstraint(condition=~Q(person=F("stand_in")), name="approval_delegation_to_another"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="approval_delegation_has_a_length"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.person}"


class Notification(models.Model):
    """Something that one person should know about a request."""

    class Kind(models.TextChoices):
        ASKED = "ASKED", "A decision is wanted"
        DECIDED = "DECIDED", "A request of mine was decided"
        COMMENTED = "COMMENTED", "Somebody wrote"
        MENTIONED = "MENTIONED", "I was mentioned"
        REMINDED = "REMINDED", "A decision is due"
        ESCALATED = "ESCALATED", "A decision is overdue"
        APPLIED = "APPLIED", "A change took effect"
        FAILED = "FAILED", "A change could not be carried out"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.CharField(max_length=400)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["user", "read_at", "-id"], name="notification_unread"),)

    def __str__(self) -> str:
        return self.text


class NotificationSettings(models.Model):
    """Which kinds of notification one person wants by e-mail, and which in the admin. No row: all of them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_settings"
    )
    by_mail = models.JSONField(default=list)
    in_app = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "notification settings"

    def __str__(self) -> str:
        return f"settings of {self.user}"
