"""Finding imports."""

from __future__ import annotations

from integrations.models import ImportFile


def earlier(file: ImportFile) -> ImportFile | None:
    """The newest import of the very same bytes, for the same thing, that was begun before; None: there is
    none.
    """
    same = ImportFile.objects.filter(sha256=file.sha256, kind=file.kind, params=file.params)
    return same.exclude(pk=file.pk).exclude(run_job=None).order_by("-pk").first()
