"""Pages of tables that may hold millions of rows: nobody waits for an exact count."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Paginator

MOST_ROWS: Final = 10_000


class LimitedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to 10,000 and says "more than"; what lies beyond is found by searching, not by paging."""

    template_name = "core/admin/pagination.html"

    @cached_property
    def seen(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: MOST_ROWS + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.seen, MOST_ROWS)

    @property
    def is_capped(self) -> bool:
        return self.seen > MOST_ROWS
