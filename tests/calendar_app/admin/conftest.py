from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.core.admin.conftest import admin_page, page_as

__all__ = ["admin_page", "page_as"]
URL = "/admin/calendar/conflicts/"


def said(page: Any) -> str:
    """The text of a page, without its markup."""
    text = unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)
