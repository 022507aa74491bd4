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
    """Something that one person should know about a request, or about what `path` leads to.

    Without a `user` it is for an e-mail `address` that is nobody's. `details` stand below the line in an
    e-mail.
    """

    class Kind(models.TextChoices):
        ASKED = "ASKED", "A decision is wanted"
        DECIDED = "DECIDED", "A request of mine was decided"
        COMMENTED = "COMMENTED", "Somebody wrote"
        MENTIONED = "MENTIONED", "I was mentioned"
        REMINDED = "REMINDED", "A decision is due"
        ESCALATED = "ESCALATED", "A decision is overdue"
        APPLIED = "APPLIED", "A change took effect"
        FAILED = "FAILED", "A change could not be carried out"
        ALERT = "ALERT", "Something needs a look"
        ALERT_OVER = "ALERT_OVER", "An alert is over"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="notifications"
    )
    address = models.EmailField(blank=True, default="", db_default="")
    request = models.ForeignKey(
        ApprovalRequest, on_delete=models.CASCADE, null=True, related_name="notifications"
    )
    path = models.CharField(max_length=200, blank=True, default="", db_default="")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.CharField(max_length=400)
    details = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="") | Q(user=None) & ~Q(address=""),
                name="notification_has_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False) | ~Q(path=""), name="notification_leads_somewhere"
            ),
        )
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
