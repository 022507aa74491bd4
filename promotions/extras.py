"""What the floor above adds to the pages of promotions, put here from its `AppConfig.ready()` or its screens.

Panels stand on the pages of campaigns, codes, customers and orders, previews beside the wizard and on the tab
"Preview"; campaigns of a kind may have a page of their own. Nothing of it is asked for by a service: without
any of it the pages say less and everything is decided the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

    from core.admin.pages import Panel
    from promotions.models import Campaign
    from promotions.previews.proposal import Proposal

type Panels = Callable[[HttpRequest, Any, datetime], Sequence[Panel]]
CAMPAIGN, VOUCHER, CUSTOMER, ORDER = "campaign", "voucher", "customer", "order"
"""On whose page a panel stands: names of models."""


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """Campaigns of a kind whose page is another one than that of all campaigns.

    `kind` is what lists call it, `url` the page of one by its key; `offer` says what it gives, "" as usual.
    """

    kind: str
    url: Callable[[int], str]
    offer: Callable[[Campaign], str]


@dataclass(frozen=True, kw_only=True)
class PreviewExtra:
    """A part of every preview.

    `title` names it where it took too long. `find(proposals, now)` gets what is previewed, the tiers of one
    campaign or its codes, and returns what there is to say, None for nothing; it may run into
    `core.patience.TookTooLong`. `render(found, request)` makes it safe HTML, or "". `replaces` are keys of
    warnings that it says better.
    """

    key: str
    title: str
    find: Callable[[Sequence[Proposal], datetime], Any]
    render: Callable[[Any, HttpRequest], str]
    replaces: tuple[str, ...] = ()


type Clashes = Callable[[int, Sequence[int]], str]

_panels: Final[dict[tuple[str, str], Panels]] = {}
_pages: Final[dict[str, OwnPage]] = {}
_previews: Final[dict[str, PreviewExtra]] = {}
_clashes: Final[dict[str, Clashes]] = {}


def register_panels(key: str, panels: Panels, *, on: str = CAMPAIGN) -> None:
    """`panels(request, row, now)`: tabs of the page of a campaign, or of what `on` names."""
    _panels[on, key] = panels


def register_page(campaign_type: str, page: OwnPage) -> None:
    _pages[campaign_type] = page


def register_preview(extra: PreviewExtra) -> None:
    _previews[extra.key] = extra


def register_clashes(key: str, url: Clashes) -> None:
    """`url(campaign_id, other_ids)`: the page that tells why one cannot stand beside the others, or ""."""
    _clashes[key] = url


def panels_of(request: HttpRequest, row: Model, now: datetime) -> Iterator[Panel]:
    """Those of the page of this row."""
    for (on, _), panels in _panels.items():
        if on == row._meta.model_name:
            yield from panels(request, row, now)


def page_of(campaign_type: str) -> OwnPage | None:
    return _pages.get(campaign_type)


def previews() -> tuple[PreviewExtra, ...]:
    return tuple(_previews.values())


def clash_url(campaign_id: int, other_ids: Sequence[int]) -> str:
    found = (url(campaign_id, other_ids) for url in _clashes.values()) if other_ids else ()
    return next((url for url in found if url), "")
