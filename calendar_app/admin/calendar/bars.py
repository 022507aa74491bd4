"""Bars of promotions: windows inside them, collisions over them, proposals beneath them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from calendar_app.admin.calendar import marks
from calendar_app.admin.calendar.clashes import Clash, Clashes
from calendar_app.admin.calendar.drawn import Drawn, Piece, joined, percent, piece
from calendar_app.admin.calendar.outlines import Part
from calendar_app.scale import Scale
from calendar_app.selectors.timeline import Bar, TierBar, is_recurring
from calendar_app.standing import OVER, PLANNED, Standing
from core import words
from engine import Validity, spans

_MOST_PIECES: Final = 120
START, END = "start", "end"


@dataclass(frozen=True, kw_only=True)
class Pen:
    """What all bars of a page are drawn with."""

    scale: Scale
    now: datetime
    clashes: Clashes
    focus: str
    tiers_url: Callable[[int, bool], str]
    may_move: bool
    seen_of: Callable[[datetime | None, datetime | None], str]

    def draw(self, bar: Bar, part: Part) -> Drawn:
        if part.request is not None:
            return self._ghost(bar, part)
        if part.tier is not None:
            return self._tier(bar, part.tier, part)
        return self._campaign(bar, part)

    def _campaign(self, bar: Bar, part: Part) -> Drawn:
        is_open = bool(bar.tiers)
        made = self._bar(
            part,
            key=bar.key,
            name=bar.name,
            url=reverse("admin:calendar_campaign", args=[bar.campaign_id]),
            standing=bar.standing,
            validity=bar.validity,
            clashes=self.clashes.of_campaign(bar.campaign_id, with_tiers=not is_open),
            move=f"campaign={bar.campaign_id}",
        )
        waiting = bar.waiting[0] if bar.waiting else None
        return replace(
            made,
            tiers=bar.tiers_count,
            tiers_are_open=is_open,
            tiers_url=self.tiers_url(bar.campaign_id, not is_open) if bar.tiers_count else "",
            waiting_url=request_url(waiting.pk) if waiting else "",
            waiting_text=waiting.title if waiting else "",
        )

    def _tier(self, bar: Bar, tier: TierBar, part: Part) -> Drawn:
        made = self._bar(
            part,
            key=tier.key,
            name=tier.name,
            url=reverse("admin:calendar_tier", args=[tier.tier_id]),
            standing=tier.standing,
            validity=tier.validity,
            clashes=self.clashes.of_tier(tier.tier_id),
            move=f"tier={tier.tier_id}",
        )
        spoken = gettext("Tier of %(campaign)s: %(text)s") % {"campaign": bar.name, "text": made.spoken}
        return replace(made, is_tier=True, spoken=spoken)

    def _ghost(self, bar: Bar, part: Part) -> Drawn:
        request, dates = part.request, part.dates
        assert request is not None and dates is not None  # noqa: S101, PT018 - it is one of the three
        clashes = [clash for clash in self.clashes.of_request(request.pk) if not clash.is_accepted]
        url = request_url(request.pk)
        said = proposed(bar, dates.tier, dates.starts_at, dates.ends_at)
        return Drawn(
            key=f"request:{request.pk}",
            name=dates.tier or bar.name,
            url=url,
            standing="ghost",
            standing_text=gettext("Proposed"),
            spoken=marks.joined(said, number_of(clashes)),
            is_ghost=True,
            hatched=self._hatched(clashes, part),
            clashes=len(clashes),
            clash_text=clashes[0].sentence if len(clashes) == 1 else number_of(clashes),
            clash_url=clashes[0].url if len(clashes) == 1 else url,
            **_place(part),
            **self._ends(dates.starts_at, dates.ends_at),
        )

    def _bar(
        self,
        part: Part,
        *,
        key: str,
        name: str,
        url: str,
        standing: Standing,
        validity: Validity,
        clashes: Sequence[Clash],
        move: str,
    ) -> Drawn:
        starts_at, ends_at = validity.starts_at, validity.ends_at
        # What somebody accepted with a reason is no alarm any more.
        clashes = [clash for clash in clashes if not clash.is_accepted]
        is_movable = self.may_move and standing not in OVER
        began = _began(standing, starts_at, self.now)
        return Drawn(
            key=key,
            name=name,
            url=url,
            standing=standing.value,
            standing_text=gettext(standing.text),
            spoken=spoken(name, standing, validity, self.scale, self.now, clashes),
            is_in_focus=key == self.focus,
            windows=self._windows(validity, part),
            hatched=self._hatched(clashes, part),
            clashes=len(clashes),
            clash_text=clashes[0].sentence if len(clashes) == 1 else number_of(clashes),
            clash_url=clashes[0].url if len(clashes) == 1 else url,
            move=move if is_movable else "",
            seen=self.seen_of(starts_at, ends_at) if is_movable else "",
            grips=self._grips(starts_at, ends_at, began=began) if is_movable else (),
            keeps_start=began,
            **_place(part),
            **self._ends(starts_at, ends_at),
        )

    def _ends(self, starts_at: datetime | None, ends_at: datetime | None) -> dict[str, Any]:
        open_ends = [name for name, at in ((START, starts_at), (END, ends_at)) if at is None]
        cuts = []
        if starts_at is not None and starts_at < self.scale.since:
            cuts.append(START)
        if ends_at is not None and ends_at > self.scale.until:
            cuts.append(END)
        return {"arrows": " ".join(open_ends), "cuts": " ".join(cuts)}

    def _grips(self, starts_at: datetime | None, ends_at: datetime | None, *, began: bool) -> tuple[str, ...]:
        """The ends that can be drawn: those that are shown. What began has begun."""
        has_start = starts_at is not None and starts_at >= self.scale.since and not began
        has_end = ends_at is not None and ends_at <= self.scale.until
        return tuple(name for name, has in ((START, has_start), (END, has_end)) if has)

    def _windows(self, validity: Validity, part: Part) -> list[Piece]:
        """Openings within the bar, as far as hours can be seen."""
        if not self.scale.is_fine or not is_recurring(validity) or part.right <= part.left:
            return []
        found = spans.drawn(
            validity, self.scale.zone, since=self.scale.since, until=self.scale.until, most=_MOST_PIECES
        )
        return [piece(*self.scale.stretch(*one), part.left, part.right) for one in found]

    def _hatched(self, clashes: Sequence[Clash], part: Part) -> list[Piece]:
        places = sorted(self.scale.stretch(*one) for clash in clashes for one in clash.windows)
        inside = [(max(one, part.left), min(other, part.right)) for one, other in places]
        return [piece(one, other, part.left, part.right) for one, other in joined(inside) if other > one]


def _place(part: Part) -> dict[str, Any]:
    side = (START if part.is_outside_left else END) if part.is_outside else ""
    return {"left": percent(part.left), "width": percent(part.right - part.left), "outside": side}


def _began(standing: Standing, starts_at: datetime | None, now: datetime) -> bool:
    return standing not in PLANNED and (starts_at is None or starts_at <= now)


def spoken(
    name: str, standing: Standing, validity: Validity, scale: Scale, now: datetime, clashes: Sequence[Clash]
) -> str:
    """The whole of it in one line, for the tooltip and for whoever does not see the picture."""
    dates = marks.period(validity.starts_at, validity.ends_at)
    window = marks.next_window(validity, scale.zone, now)
    return marks.joined(f"{name}. {gettext(standing.text)}, {dates}.", window, number_of(clashes))


def proposed(bar: Bar, tier: str, starts_at: datetime | None, ends_at: datetime | None) -> str:
    values = {"name": tier or bar.name, "dates": marks.period(starts_at, ends_at)}
    return gettext("%(name)s. Proposed, not decided yet: %(dates)s.") % values


def number_of(clashes: Sequence[Clash]) -> str:
    if not clashes:
        return ""
    text = ngettext("%(number)s collision.", "%(number)s collisions.", len(clashes))
    return text % {"number": words.number(len(clashes))}


def request_url(pk: int) -> str:
    return reverse("admin:approvals_approvalrequest_change", args=[pk])
