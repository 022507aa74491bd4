"""The admin site: whose it is, and the project's time zone for everybody who looks at it."""

from __future__ import annotations

from unfold.sites import UnfoldAdminSite


class FanfareAdminSite(UnfoldAdminSite):
    site_title = "Fanfare"
    site_header = "Fanfare"
    index_title = "Overview"
    enable_nav_sidebar = True
