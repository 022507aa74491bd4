"""What a move would do, as the dialog says it: one part for each thing that people should know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils.html import format_html

from approvals.models import ApprovalRequest
from approvals.services import requests
from calendar_app import blackout_words, overlaps
from calendar_app.overlaps import Found
from calendar_app.selectors import capacity, moves
from calendar_app.services.move_previews import Outcome, Preview
from calendar_app.services.moving import Target
from core import project, words
from engine import spans
from engine.validity import Validity, effective
from promotions import engine_input
from promotions.models import Campaign
from promotions.words import ENDED, RUNNING, SCHEDULED, state_in_time

_MOST: Final = 4
_FAR: Final = timedelta(days=60)
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Part:
    """`tone`: good, warning or plain. `icon` is a Material Symbol."""

    title: str
    icon: str
    lines: tuple[str, ...]
    tone: str = "plain"


def parts(found: Preview, now: datetime) -> list[Part]:
    """What matters most comes first; what stays as it is is not spoken of."""
    every = (
        _blackouts(found),
        *_collisions(found),
        _clock(found, now),
        _windows(found, now),
        _codes(found),
        _tiers(found),
        _crowded(found, now),
        _waiting(found.waiting),
    )
    return [part for part in every if part is not None]


def who(found: Preview) -> str:
    """When it takes effect, and who has to say yes before."""
    if found.outcome is Outcome.REFUSED:
        return ""
    if found.outcome is Outcome.DONE:
        return "It takes effect as soon as you confirm. You can take it back."
    asked = ", then ".join(f"{stage.name}{_names(people)}" for stage, people in found.stages)
    return (
        f"Somebody has to say yes: {asked}. Until then the present dates count, and the calendar shows both."
    )


def _names(people: Iterable[User]) -> str:
    names = [one.get_full_name() or one.get_username() for one in people]
    return f" ({blackout_words.listed(names)})" if names else " (nobody can at the moment)"


def _collisions(found: Preview) -> Iterator[Part]:
    """What the move is for, most of the time."""
    change = found.collisions
    if change.gained:
        title = f"{_collide(len(change.gained), 'new ')}"
        yield Part(title=title, icon="warning", tone="warning", lines=_told(change.gained))
    if change.lost:
        has = "disappears" if len(change.lost) == 1 else "disappear"
        title = f"{_collide(len(change.lost))} {has}"
        yield Part(title=title, icon="check_circle", tone="good", lines=_told(change.lost))
    if change.kept:
        has = "stays" if len(change.kept) == 1 else "stay"
        yield Part(title=f"{_collide(len(change.kept))} {has}", icon="sync_problem", lines=_told(change.kept))


def _collide(number: int, what: str = "") -> str:
    return words.count(number, f"{what}collision", f"{what}collisions")


def _told(found: Sequence[Found]) -> tuple[str, ...]:
    lines = [overlaps.sentence(one, None) for one in found[:_MOST]]
    more = len(found) - _MOST
    return (*lines, *([f"and {more} more"] if more > 0 else []))


def _blackouts(found: Preview) -> Part | None:
    lines = tuple(blackout_words.sentence(entry) for entry in found.warnings)
    return Part(title="Blackout dates", icon="event_busy", tone="warning", lines=lines) if lines else None


def _clock(found: Preview, now: datetime) -> Part | None:
    target, wish = found.target, found.wish
    campaign = target.campaign
    if campaign.is_draft:
        return None
    if not campaign.is_active or (target.tier is not None and not target.tier.is_active):
        return _note("It is switched off: the new dates count once it is resumed.")
    was = state_in_time(Campaign(starts_at=target.starts_at, ends_at=target.ends_at), now)
    will = state_in_time(Campaign(starts_at=wish.starts_at, ends_at=wish.ends_at), now)
    said = _AT_ONCE.get((was, will))
    if said is None:
        return None
    text = said.format(start=words.when(wish.starts_at))
    return Part(title="At once", icon="bolt", tone="warning", lines=(text,))


_AT_ONCE: Final = {
    (RUNNING, SCHEDULED): "It runs now and stops as soon as this takes effect, until {start}.",
    (RUNNING, ENDED): "It runs now and ends as soon as this takes effect.",
    (SCHEDULED, RUNNING): "It begins as soon as this takes effect.",
    (SCHEDULED, ENDED): "It is over before it begins: nobody gets anything of it.",
    (ENDED, RUNNING): "It is over, and runs again as soon as this takes effect.",
    (ENDED, SCHEDULED): "It is over, and comes again on {start}.",
}


def _note(text: str) -> Part:
    return Part(title="At once", icon="pause_circle", lines=(text,))


def _windows(found: Preview, now: datetime) -> Part | None:
    """What recurs: counted from the start, or on days of the week and at hours that stay."""
    was, will = validities(found.target, found.wish.starts_at, found.wish.ends_at)
    if will.timeframe is None and will.days_of_week is None and will.daily_hours is None:
        return None
    lines = []
    if will.timeframe is not None and was.starts_at != will.starts_at:
        lines.append("Its windows are counted from its start, so they move along with it.")
    elif will.timeframe is None:
        lines.append("Its weekdays and hours stay as they are.")
    zone = project.current().zone
    begins = max(now, will.starts_at) if will.starts_at else now
    window = spans.next_window(will, zone, begins)
    if window is None:
        lines.append("On the new dates none of them opens: nobody would get anything.")
        return Part(title="Recurring windows", icon="event_repeat", tone="warning", lines=tuple(lines))
    until = f" until {words.when(window[1])}" if window[1] is not None else ""
    lines.append(f"It is open next from {words.when(window[0])}{until}.")
    return Part(title="Recurring windows", icon="event_repeat", lines=tuple(lines))


def validities(
    target: Target, starts_at: datetime | None, ends_at: datetime | None
) -> tuple[Validity, Validity]:
    """The limits that count for it, before and after."""
    above = engine_input.validity(target.campaign)
    was = above
    if target.tier is not None:
        own = engine_input.validity(target.tier)
        was = effective(own=own, parent=above, published_at=None, zone=project.current().zone)
    return was, replace(was, starts_at=starts_at, ends_at=ends_at)


def _codes(found: Preview) -> Part | None:
    """Contract: governance L5."""
    target, wish = found.target, found.wish
    if target.tier is not None or target.campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return None
    codes = moves.codes_of(target.campaign)
    if not codes.total:
        return None
    lines = []
    free = codes.total - codes.held - codes.own
    if free:
        lines.append(f"{words.count(free, 'code')} that nobody has yet {_follow(free)}.")
    if codes.held:
        lines.append(_held(codes.held, target, wish.starts_at, wish.ends_at))
    if codes.own:
        lines.append(
            "1 code with dates of its own stays as it is."
            if codes.own == 1
            else f"{words.count(codes.own, 'code')} with dates of their own stay as they are."
        )
    tone = "warning" if codes.held or codes.own else "plain"
    return Part(title="Codes", icon="confirmation_number", tone=tone, lines=tuple(lines))


def _held(number: int, target: Target, starts_at: datetime | None, ends_at: datetime | None) -> str:
    """They keep each date that changes; a limit that is new reaches them, too."""
    text = words.count(number, "code")
    pairs = ((target.starts_at, starts_at), (target.ends_at, ends_at))
    if any(was is not None and was != will for was, will in pairs):
        kept = words.period(target.starts_at, target.ends_at)
        return f"{text} that customers have, or used, {_keep(number)} the present dates ({kept})."
    return f"{text} that customers have, or used, {_follow(number)}: they had no such limit so far."


def _follow(number: int) -> str:
    return "follows" if number == 1 else "follow"


def _keep(number: int) -> str:
    return "keeps" if number == 1 else "keep"


def _tiers(found: Preview) -> Part | None:
    campaign = found.target.campaign
    if found.target.tier is not None or campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        return None
    names = moves.tiers_with_own_dates(campaign)
    if not names:
        return None
    has = "has dates of its own and stays" if len(names) == 1 else "have dates of their own and stay"
    line = f"{blackout_words.listed(names)} {has} where {'it is' if len(names) == 1 else 'they are'}."
    return Part(title="Tiers", icon="sell", tone="warning", lines=(line,))


def _crowded(found: Preview, now: datetime) -> Part | None:
    """Days that hold more than people want, without it."""
    zone = project.current().zone
    first = max(found.wish.starts_at or now, now).astimezone(zone).date()
    last = first + _FAR
    if found.wish.ends_at is not None:
        last = min(last, (found.wish.ends_at - _MOMENT).astimezone(zone).date())
    crowded = (
        [day for day in capacity.per_day(first, last, now=now) if day.is_crowded] if last >= first else []
    )
    if not crowded:
        return None
    lines = [f"{blackout_words.day(day.date)}: {day.note}" for day in crowded[:_MOST]]
    if len(crowded) > _MOST:
        lines.append(f"and {words.count(len(crowded) - _MOST, 'more day')}")
    return Part(title="Crowded days", icon="groups", tone="warning", lines=tuple(lines))


def _waiting(waiting: tuple[ApprovalRequest, ...]) -> Part | None:
    """A change of the dates outdates what was proposed on the present ones."""
    if not waiting:
        return None
    lines: list[str] = [
        format_html(
            '<a class="fanfare-link" href="{}">{}</a> ({}{}) was proposed on the present dates: after this '
            "it is out of date, and has to be brought up to date.",
            requests.page(one),
            one.title,
            one.get_state_display().lower(),
            f", for {words.when(one.effective_at)}" if one.effective_at else "",
        )
        for one in waiting[:_MOST]
    ]
    if len(waiting) > _MOST:
        lines.append(f"{words.count(len(waiting) - _MOST, 'more change')} waiting.")
    return Part(title="Changes that wait", icon="hourglass_top", tone="warning", lines=tuple(lines))
