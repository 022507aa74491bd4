"""What was there, what is there now, what is asked for, side by side: for requests that are out of date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from approvals import proposals, registry
from approvals.models import ApprovalRequest
from approvals.services.requests import actor_of
from core.errors import DomainError

type Path = tuple[str, ...]
type Content = Mapping[str, Any] | None

_OPEN_MAP: Final = "metadata"
_NAME: Final = "name"


class Side(StrEnum):
    """Who moved one place away from what was there when the request was made."""

    LIVE = "LIVE"
    PROPOSAL = "PROPOSAL"
    SAME = "SAME"
    CONFLICT = "CONFLICT"


SIDES: Final[Mapping[Side, str]] = {
    Side.LIVE: "Changed in the meantime",
    Side.PROPOSAL: "Changed by this request",
    Side.SAME: "Changed in the meantime as it is asked for",
    Side.CONFLICT: "Changed by both, differently",
}


class _Missing:
    """Nothing stands at this place; `None` may be a value."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place that is not what it was: its three values, `MISSING` where there is nothing."""

    path: Path
    side: Side
    base: Any
    live: Any
    proposal: Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One place in words: what was changed in the meantime, and what the request changes."""

    path: Path
    side: Side
    live: list[str]
    proposal: list[str]

    @property
    def label(self) -> str:
        """discount; tiers › Gold › discount"""
        return " › ".join(part.replace("_", " ") for part in self.path)

    @property
    def side_label(self) -> str:
        return SIDES[self.side]


def three_way(request: ApprovalRequest) -> list[Row]:
    """Every place where what is there now or what is asked for is not what was there; in words."""
    live = live_content(request)
    return [
        Row(
            path=found.path,
            side=found.side,
            live=_words(request, found, found.live),
            proposal=_words(request, found, found.proposal),
        )
        for found in compare(request.base, live, request.proposal)
    ]


def live_content(request: ApprovalRequest) -> Content:
    """What the request is about, as it is now; None: it is not there (any more)."""
    operation = registry.operation(request.operation)
    try:
        # The instant only tells how many days are left, which no content says.
        arguments = proposals.arguments_of(
            operation, request.arguments, actor_of(request), request.created_at
        )
        return operation.describe(arguments, None, None).content
    except DomainError:
        return None


def compare(base: Content, live: Content, proposal: Content) -> list[Difference]:
    """The places that differ, in the order of their names. Places that nobody changed are left out."""
    return list(_compare((), *(MISSING if one is None else one for one in (base, live, proposal))))


def _compare(path: Path, base: Any, live: Any, proposal: Any) -> Iterator[Difference]:
    if base == live == proposal:
        return
    parts = _parts(path, base, live, proposal)
    if parts is not None:
        of_base, of_live, of_proposal = parts
        for key in sorted({*of_base, *of_live, *of_proposal}):
            values = (part.get(key, MISSING) for part in (of_base, of_live, of_proposal))
            yield from _compare((*path, key), *values)
        return
    yield Difference(path=path, side=_side(base, live, proposal), base=base, live=live, proposal=proposal)


def _side(base: Any, live: Any, proposal: Any) -> Side:
    if live == base:
        return Side.PROPOSAL
    if proposal == base:
        return Side.LIVE
    return Side.SAME if live == proposal else Side.CONFLICT


def _parts(path: Path, *values: Any) -> list[dict[str, Any]] | None:
    """The parts of values that can be compared on their own; None: only the whole means something."""
    if all(isinstance(value, Mapping) for value in values):
        is_whole = {frozenset(value) for value in values}
        # What hangs together (a rule and its logic, a discount and its type) has other keys if it changes
        # its shape; then it is one thing.
        if not path or path[-1] == _OPEN_MAP or len(is_whole) == 1 or all(_NAME in one for one in values):
            return [dict(value) for value in values]
        return None
    named = [_by_name(value) for value in values]
    return None if any(one is None for one in named) else [one for one in named if one is not None]


def _by_name(value: Any) -> dict[str, Any] | None:
    """A list of things with different names, by them. No list at all and an empty one have no parts."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    if not all(isinstance(one, Mapping) and isinstance(one.get(_NAME), str) for one in value):
        return None
    found = {one[_NAME]: one for one in value}
    return found if len(found) == len(value) else None


def _words(request: ApprovalRequest, found: Difference, value: Any) -> list[str]:
    """What it means that this place, and nothing else, became `value`."""
    if not found.path:
        contents = (None if one is MISSING else one for one in (found.base, value))
        return registry.differences(request.target_type, *contents)
    replaced = _replaced(request.base, found.path, value)
    return registry.differences(request.target_type, request.base, replaced)


def _replaced(content: Any, path: Path, value: Any) -> Any:
    """The content with another value at one place."""
    key, *rest = path
    if isinstance(content, Mapping):
        inner = _replaced(content[key], tuple(rest), value) if rest else value
        kept = {name: one for name, one in content.items() if name != key}
        return kept if inner is MISSING else {**kept, key: inner}
    found = [one for one in content if one[_NAME] != key]
    place = next((place for place, one in enumerate(content) if one[_NAME] == key), len(found))
    inner = _replaced(content[place], tuple(rest), value) if rest else value
    return found if inner is MISSING else [*found[:place], inner, *found[place:]]
