"""One round: a shop, callers, a kill in the middle, and the proof afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from django.db import connections

from tests.concurrency.adding_up import discrepancies
from tests.crash import proof
from tests.crash.callers import Caller, Load
from tests.crash.calls import Call, Line
from tests.crash.house import House
from tests.crash.shop import Shop, open_shop, use_up

CALLERS: Final = 8
ANSWERED_BEFORE: Final = 24
ANSWERED_AFTER: Final = 24
LONGEST_WAIT: Final = 0.4
REPEATED: Final = 10
_SILENCE_SECONDS: Final = 90.0

VICTIMS: Final[Mapping[str, Sequence[str]]] = {
    "web": ["web"],
    "worker": ["worker"],
    "database": ["database", "backend"],
    "mixed": ["web", "worker", "database", "backend"],
    "approvals": ["web", "database", "worker", "backend"],
}


@dataclass(frozen=True, kw_only=True)
class Round:
    """`lost` were never answered, `landed` of them had their effect all the same. `repeated` were sent more
    than once with their key. `away` is how many seconds the servers took to come back.
    """

    victim: str
    calls: int
    answered: int
    lost: int
    landed: int
    repeated: int
    away: float
    differences: Sequence[str]


def play(house: House, *, number: int, victim: str, headers: Mapping[str, str], seed: int) -> Round:
    """Play one round and compare."""
    dice = random.Random(seed)
    name = f"R{number}-"
    shop, load = open_shop(name), Load()
    connections.close_all()
    callers = [
        Caller(name=f"{name}{n}", line=Line(house.port, headers), shop=shop, load=load, seed=seed + n)
        for n in range(CALLERS)
    ]
    load.is_up.set()
    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        running = [pool.submit(caller.run) for caller in callers]
        try:
            _answered(load, ANSWERED_BEFORE)
            time.sleep(dice.uniform(0, LONGEST_WAIT))  # the moment is the dice's
            load.is_up.clear()
            began = time.monotonic()
            kill(house, victim, dice)
            load.is_up.set()
            _answered(load, len(load.answered) + 1)
            away = time.monotonic() - began
            _answered(load, len(load.answered) + ANSWERED_AFTER)
        finally:
            load.is_up.set()
            load.is_over.set()
        for one in running:
            one.result()
    calls = [call for caller in callers for call in caller.calls]
    return _judged(victim, calls, shop, Line(house.port, headers, kept=False), name, away)


def _judged(victim: str, calls: list[Call], shop: Shop, line: Line, name: str, away: float) -> Round:
    left = proof.found(name)
    lost = [call for call in calls if call.answer is None]
    complaints = [*proof.differences(calls, left), *_repeated(calls, line), *discrepancies()]
    complaints += use_up(shop, line)
    complaints += discrepancies()
    return Round(
        victim=victim,
        calls=len(calls),
        answered=len(calls) - len(lost),
        lost=len(lost),
        landed=sum(proof.is_there(call, left) for call in lost),
        repeated=sum(call.has_key and call.tries > 1 for call in calls),
        away=away,
        differences=complaints,
    )


def _repeated(calls: Sequence[Call], line: Line) -> list[str]:
    """Calls with a key that had succeeded are answered in the same words, and nothing happens (C4)."""
    known = [call for call in calls if call.has_key and call.is_success]
    several = [call for call in known if call.tries > 1]
    return [
        f"{call.kind} {call.name} is answered otherwise when it is repeated"
        for call in [*several, *known[-REPEATED:]]
        if line.insist(call.method, call.path, call.body, key=call.name) != call.answer
    ]


def kill(house: House, victim: str, dice: random.Random) -> None:
    """SIGKILL to what is named; returns when it answers again."""
    acts: dict[str, Callable[[], None]] = {
        "web": house.kill_web,
        "worker": lambda: house.kill_worker(dice.choice),
        "database": house.kill_database,
        "backend": lambda: house.kill_backend(dice.choice),
    }
    acts[victim]()


def _answered(load: Load, number: int) -> None:
    """Wait until so many calls are answered."""
    deadline = time.monotonic() + _SILENCE_SECONDS
    pause = threading.Event()
    while len(load.answered) < number:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(load.answered)} calls are answered instead of {number}.")
        pause.wait(0.01)
