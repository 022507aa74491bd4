"""Which operations can be asked for, filled by the apps' `approvables.py` from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from approvals import codec
from core.actors import Actor

Arguments = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an operation is about, at one moment.

    `content` is all that somebody who says yes has to see, as plain JSON without ids that are made anew, so
    that the same operation on the same base gives the same content; None: it is not there. `facts` are what
    policies ask for. `is_running`: a change of it reaches customers or money now, or will by itself.
    """

    type: str
    id: str = ""
    label: str = ""
    content: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_running: bool = True


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One service that may have to wait for a yes.

    `describe(arguments, result, before)` is asked twice: before the service ran (both None), and after it
    with its result and what was said before. `permission` is what somebody needs to do it alone.
    `follow(state, target_id, actor, now)` is told every new state of a request for it, in the same
    transaction. `specs` are the dataclasses among its arguments. `counts_as` are operations that it does
    several times at once: policies about them hold for it too. `hold(arguments)` locks what it is about as
    the service will: so what was compared with what people saw stays as it is until it is carried out.
    """

    name: str
    label: str
    permission: str
    service: Callable[..., Any]
    describe: Callable[[Arguments, Any, Subject | None], Subject]
    specs: tuple[type[Any], ...] = ()
    follow: Callable[[str, str, Actor, datetime], None] | None = None
    touched: Callable[[Arguments], Iterable[Iterable[str]]] | None = None
    counts_as: tuple[str, ...] = ()
    hold: Callable[[Arguments], None] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What policies may call it."""
        return (self.name, *self.counts_as)


@dataclass(frozen=True, kw_only=True)
class FactType:
    """A fact that conditions of policies may name. `kind`: number, money, percent, texts or yes_no.

    `choices` gives the values of texts with their names, for forms; None: any text. `phrase` begins a
    sentence about it: "the discount is". That of yes_no says the whole: "it has no budget", and `denial` the
    opposite: "it has a budget".
    """

    name: str
    label: str
    kind: str
    choices: Callable[[], list[tuple[str, str]]] | None = None
    phrase: str = ""
    denial: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Things that the simulator can try policies on, without a trace.

    `permission` is what somebody needs to see them; `choices()` gives (id, name) of those that are offered;
    `proposed(id, actor, now)` the name and the arguments of the operation that puts one into effect.
    """

    name: str
    label: str
    permission: str
    choices: Callable[[], list[tuple[str, str]]]
    proposed: Callable[[str, Actor, datetime], tuple[str, Arguments]]


@dataclass(frozen=True, kw_only=True)
class EvidencePanel:
    """A part of the page of a request: `render(request, http_request)` gives safe HTML, or "" for nothing."""

    name: str
    title: str
    render: Callable[[Any, Any], str]


Words = Callable[[str, Mapping[str, Any] | None, Mapping[str, Any] | None], list[str]]

_operations: dict[str, Operation] = {}
_facts: dict[str, FactType] = {}
_panels: dict[str, EvidencePanel] = {}
_words: dict[str, Words] = {}
_pages: dict[str, Callable[[str], str]] = {}
_trials: dict[str, Trial] = {}


def register(operation: Operation) -> None:
    """:raises ValueError: two different operations under one name."""
    if operation.name in _operations and _operations[operation.name] != operation:
        raise ValueError(f"Two operations are called {operation.name!r}.")
    _operations[operation.name] = operation


def register_fact(fact: FactType) -> None:
    _facts[fact.name] = fact


def register_panel(panel: EvidencePanel) -> None:
    """Evidence for whoever decides: overlaps, forecasts, warnings."""
    _panels[panel.name] = panel


def register_trial(trial: Trial) -> None:
    _trials[trial.name] = trial


def register_words(target_type: str, words: Words) -> None:
    """How a difference of two contents of this type reads: `words(type, before, after)` gives sentences."""
    _words[target_type] = words


def register_page(target_type: str, url: Callable[[str], str]) -> None:
    """Where a person sees what a request is about: `url(target_id)`, "" if there is no page."""
    _pages[target_type] = url


def operation(name: str) -> Operation:
    """:raises LookupError: nobody registered it."""
    try:
        return _operations[name]
    except KeyError:
        raise LookupError(f"There is no operation {name!r}.") from None


def operations() -> list[Operation]:
    return sorted(_operations.values(), key=lambda one: one.name)


def facts() -> dict[str, FactType]:
    return dict(_facts)


def panels() -> list[EvidencePanel]:
    return list(_panels.values())


def trials() -> dict[str, Trial]:
    return dict(_trials)


def differences(
    target_type: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str]:
    """What changes from one content to the other, as sentences for people; empty if nothing does."""
    if codec.canonical(before) == codec.canonical(after):
        return []
    words = _words.get(target_type)
    return words(target_type, before, after) if words else []


def page_of(target_type: str, target_id: str) -> str:
    page = _pages.get(target_type)
    return page(target_id) if page and target_id else ""
