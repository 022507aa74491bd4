"""The project's settings, as everybody reads them."""

from __future__ import annotations

from datetime import date, datetime

from core.models import ProjectSettings
from core.prepared import Prepared

SETTINGS_PK = 1
_by_pk = Prepared(ProjectSettings, "id = %s")
# The name under which the database refuses another spelling rule once codes exist (see core/README.md).
CODE_CASE_CONSTRAINT = "project_code_case_is_fixed"


def current() -> ProjectSettings:
    """The settings row (one query). The first migration makes it; tests and commands may rely on it."""
    found = _by_pk(SETTINGS_PK)
    if not found:
        raise ProjectSettings.DoesNotExist("The row of the project's settings is missing.")
    return found[0]


def day_of(instant: datetime) -> date:
    """The calendar day of an instant where the project is (one query)."""
    return instant.astimezone(current().zone).date()


def code_key(code: str, settings: ProjectSettings) -> str:
    """What makes two codes the same code: the code itself, or its case-folded form if the project says so."""
    return code.casefold() if settings.case_insensitive_codes else code
