"""What events look like to the outside world, filled by the apps' `webhooks.py` from `AppConfig.ready()`.

An app that emits an event offers it here, in one line. From then on it can be chosen for a webhook, and
`body` is asked, inside the transaction of the change, what to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.models import OutboxEvent

Body = Callable[[OutboxEvent, Any], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Offered:
    """`words` complete the sentence "Tell me when …"; `group` is the heading that people find it under.

    `body(event, entity)` is the `data` of the message: JSON values, instants as text.
    """

    name: str
    group: str
    words: str
    body: Body


_offered: dict[str, Offered] = {}
_variants: dict[str, dict[str, Body]] = {}


def offer(group: str, body: Body, **words_by_name: str) -> None:
    """Offer events that look alike: `offer("Vouchers", body, **{"voucher.created": "a code is made"})`.

    Safe to repeat.
    """
    for name, words in words_by_name.items():
        _offered[name] = Offered(name=name, group=group, words=words, body=_chosen(name, body))


def vary(name: str, key: str, body: Body) -> None:
    """Events of this name that are about `key` look like `body`: two apps may say that the same happened.

    Which of the two says so first does not matter. Safe to repeat.
    """
    _variants.setdefault(name, {})[key] = body


def _chosen(name: str, body: Body) -> Body:
    """The body of those that are about something else, unless the event's own words say so."""

    def told(event: OutboxEvent, entity: Any) -> dict[str, Any]:
        for key, other in _variants.get(name, {}).items():
            if key in event.payload:
                return other(event, entity)
        return body(event, entity)

    return told


def offered(name: str) -> Offered | None:
    return _offered.get(name)


def by_group() -> dict[str, list[Offered]]:
    """In the order in which the groups and their events were offered."""
    groups: dict[str, list[Offered]] = {}
    for event in _offered.values():
        groups.setdefault(event.group, []).append(event)
    return groups
