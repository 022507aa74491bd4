from __future__ import annotations

from promotions.models import Campaign


class Programme(Campaign):
    """A campaign of type LOYALTY_PROGRAM, as the admin shows it. No table of its own."""

    class Meta:
        proxy = True
        verbose_name = "loyalty programme"
