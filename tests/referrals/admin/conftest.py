from __future__ import annotations

from tests.core.admin.conftest import admin_page, page_as

__all__ = ["admin_page", "page_as"]
