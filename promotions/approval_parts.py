"""What floors above add to a campaign: earning rules, tiers, rewards. Whoever says yes to the campaign sees
them, and what was approved is compared with them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from promotions.models import Campaign

type Content = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What campaigns of one kind have of it: `content` says all, `sentences` what differs."""

    kind: Campaign.CampaignType
    content: Callable[[Campaign], Content]
    sentences: Callable[[str, Content | None, Content | None], list[str]]


_parts: dict[str, Part] = {}


def register(target_type: str, part: Part) -> None:
    """Called from `AppConfig.ready()`."""
    _parts[target_type] = part


def contents(campaign: Campaign) -> dict[str, Content]:
    """By type; empty for campaigns that nobody adds anything to."""
    found = {
        name: part.content(campaign)
        for name, part in sorted(_parts.items())
        if part.kind == campaign.campaign_type
    }
    return {name: content for name, content in found.items() if content}


def sentences(before: Mapping[str, Content], after: Mapping[str, Content]) -> list[str]:
    """What becomes different.

    :raises ValueError: nobody here has words for it.
    """
    said: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        was, will = before.get(name), after.get(name)
        if was == will:
            continue
        told = _parts[name].sentences(name, was, will) if name in _parts else []
        if not told:
            raise ValueError(f"no words for {name}")
        said += told
    return said
