from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class FanfareAdminConfig(AdminConfig):
    default_site = "config.admin_site.FanfareAdminSite"
