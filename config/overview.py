"""The overview of insights as the first page of the admin."""

from __future__ import annotations

from insights.admin.overview.page import context as overview

__all__ = ["overview"]
