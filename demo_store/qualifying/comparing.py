"""Two answers to one question side by side: the qualification's and the slow one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from demo_store.qualifying.one_by_one import Fits, Key


class Fault(StrEnum):
    """In what an answer differs."""

    MISSING = "fits, but was not offered"
    SURPLUS = "was offered, but does not fit"
    REPEATED = "was offered twice"
    OTHER_STEP = "does something else to the order"
    OTHER_ORDER = "stands in another place"
    OTHER_TOTAL = "another number of hits is said"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One hit of the qualification, in the order of the answer."""

    key: Key
    fits: Fits


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`key` is None where the whole answer is meant. `detail` says both figures, expected first."""

    fault: Fault
    key: Key | None = None
    detail: str = ""

    def __str__(self) -> str:
        about = "the answer" if self.key is None else " ".join(self.key)
        return f"{about} {self.fault}" + (f" ({self.detail})" if self.detail else "")


def differences(
    *,
    expected: Mapping[Key, Fits],
    order: Sequence[Key],
    shown: Sequence[Shown],
    total: int,
) -> list[Difference]:
    """`order` are the keys that the answer must hold, in this order; `expected` is all that fits.

    `total` is the number of hits that the answer gives; it counts all, not only those that are shown.
    """
    found = list(_of_hits(expected, order, shown))
    if not found:
        keys = [hit.key for hit in shown]
        for place, (key, wanted) in enumerate(zip(keys, order, strict=True), start=1):
            if key != wanted:
                detail = f"place {place}: {wanted[1]}, {key[1]}"
                found.append(Difference(fault=Fault.OTHER_ORDER, key=key, detail=detail))
                break
    if total != len(expected):
        found.append(Difference(fault=Fault.OTHER_TOTAL, detail=f"{len(expected)}, {total}"))
    return found


def _of_hits(
    expected: Mapping[Key, Fits], order: Sequence[Key], shown: Sequence[Shown]
) -> Iterator[Difference]:
    seen: set[Key] = set()
    for hit in shown:
        if hit.key in seen:
            yield Difference(fault=Fault.REPEATED, key=hit.key)
        seen.add(hit.key)
        wanted = expected.get(hit.key)
        if wanted is None:
            yield Difference(fault=Fault.SURPLUS, key=hit.key, detail=f"worth {hit.fits.worth}")
        elif wanted.steps != hit.fits.steps:
            detail = f"worth {wanted.worth}, {hit.fits.worth}"
            yield Difference(fault=Fault.OTHER_STEP, key=hit.key, detail=detail)
    for key in order:
        if key not in seen:
            yield Difference(fault=Fault.MISSING, key=key, detail=f"worth {expected[key].worth}")
    if len(seen) > len(order):
        for key in seen & expected.keys() - set(order):
            yield Difference(fault=Fault.OTHER_ORDER, key=key, detail="not on this page")
