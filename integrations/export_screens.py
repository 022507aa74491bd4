"""What a list of the admin shows, for exports of it: the admin tells here how to find the rows again.

The file is written by a worker, later; it looks at the list with the eyes of the person who asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

type Finder = Callable[[Mapping[str, str], str], QuerySet[Any]]

_finders: list[Finder] = []


def found_by(finder: Finder) -> Finder:
    """`finder(screen, user_id)` gives the rows of `{"model": "commerce.customer", "query": "q=anna"}`."""
    _finders[:] = [finder]
    return finder


def rows(screen: Mapping[str, str], user_id: str) -> QuerySet[Any]:
    """:raises LookupError: nobody said how, or the list or the person is gone."""
    if not _finders:
        raise LookupError("No list of the admin can be found here.")
    return _finders[0](screen, user_id)
