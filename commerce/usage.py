"""Who uses a segment or a collection: asked here, answered from above, filled in `AppConfig.ready()`.

Promotions name both by id in conditions and discounts; commerce must not forget what somebody uses and shows
people where it is used. (A registry of its own, because a foreign key cannot point out of a JSON rule.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import ResourceInUse


@dataclass(frozen=True, kw_only=True)
class User:
    """`kind` and `name` are for people; `is_running`: customers meet it now, or will by itself."""

    kind: str
    name: str
    url: str = ""
    is_running: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


type Finder = Callable[[str], list[User]]

_finders: dict[str, Finder] = {}
_NAMED: int = 5


def register(name: str, finder: Finder) -> None:
    """`finder(public_id)` gives those of one app that use it. Safe to repeat."""
    _finders[name] = finder


def users_of(public_id: str) -> list[User]:
    """All of them, running ones first."""
    found = [user for finder in _finders.values() for user in finder(public_id)]
    return sorted(found, key=lambda user: (not user.is_running, user.kind, user.name))


def refuse_used(public_id: str, *, what: str, resource_type: str) -> None:
    """:raises ResourceInUse: somebody does; the details name them and say what to do."""
    users = users_of(public_id)
    if not users:
        return
    more = f" and {len(users) - _NAMED} more" if len(users) > _NAMED else ""
    named = ", ".join(str(user) for user in users[:_NAMED])
    raise ResourceInUse(
        f"{what} is used by {named}{more}. Take it out there first.",
        resource_id=public_id,
        resource_type=resource_type,
    )
