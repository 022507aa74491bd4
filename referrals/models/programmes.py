from __future__ import annotations

from promotions.models import Campaign


class ReferralProgramme(Campaign):
    """A campaign of type REFERRAL_PROGRAM, as the admin shows it. No table of its own."""

    class Meta:
        proxy = True
        verbose_name = "referral programme"
