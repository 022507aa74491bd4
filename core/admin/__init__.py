"""The admin pages of core. Django finds them by importing this package."""

from __future__ import annotations

from core.admin import (
    api_keys,
    areas,
    audit,
    branding,
    custom_event_schemas,
    metadata_schemas,
    outbox,
    people,
    periodic_work,
    project_settings,
)

__all__ = [
    "api_keys",
    "areas",
    "audit",
    "branding",
    "custom_event_schemas",
    "metadata_schemas",
    "outbox",
    "people",
    "periodic_work",
    "project_settings",
]
