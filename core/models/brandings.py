from __future__ import annotations

from django.db import models

from core.models.base import PublicIdField, TimestampedModel

REMINDER = "You are receiving this email because you opted in at our website."


class Branding(TimestampedModel):
    """Who speaks in e-mails to customers and people: one for the project, or none (data file 19)."""

    public_id = PublicIdField(prefix="brd")
    name = models.CharField("name of the brand", max_length=100)
    website_url = models.URLField("website", max_length=500, blank=True, default="")
    privacy_policy_url = models.URLField("privacy policy", max_length=500, blank=True, default="")
    terms_of_use_url = models.URLField("terms of use", max_length=500, blank=True, default="")
    permission_reminder = models.CharField(
        max_length=500, default=REMINDER, help_text="Why customers get e-mails. Stands below each of them."
    )
    street = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    postal = models.CharField("postal code", max_length=20, blank=True, default="")
    state = models.CharField("state or region", max_length=100, blank=True, default="")
    country = models.CharField(max_length=100)
    email = models.EmailField("e-mail", help_text="Answers of customers go there.")
    phone = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "branding"
        verbose_name_plural = "branding"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="core_branding_one"),)

    def __str__(self) -> str:
        return self.name
