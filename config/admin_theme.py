"""How the admin looks and what its navigation offers."""

from __future__ import annotations

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Fanfare", "SITE_HEADER": "Fanfare"}
