"""Policies as people read them: one sentence, and what is different from another version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from approvals import registry
from approvals.policies import Condition, Operator, PolicyContent, Stage
from approvals.registry import FactType
from core import words
from core.actors import Role

type Lines = dict[str, str]
"""Label -> what is said, in the order of reading."""
type Known = dict[str, Mapping[str, str]]
"""Fact -> value -> name: filled once for a page of many policies."""

ROLES: Final[Mapping[str, str]] = {
    Role.ADMIN: "administrators",
    Role.USER: "marketers",
    Role.USER_RESTRICTED: "marketers of single areas",
    Role.SUPPORT: "support",
    Role.MERCHANT: "merchants",
    Role.VIEWER: "viewers",
}
ANYBODY: Final = "those who decide about requests"
_COMPARED: Final[Mapping[str, str]] = {
    Operator.AT_LEAST: "at least",
    Operator.MORE_THAN: "more than",
    Operator.AT_MOST: "at most",
    Operator.LESS_THAN: "less than",
}
_NEITHER: Final = frozenset({Operator.IS_NOT, Operator.IS_NONE_OF})
_NAMED_OPERATIONS: Final = 3
_HOURS_OF_DAY: Final = 24
_LONG_DAYS: Final = 72


def sentence(content: PolicyContent, known: Known | None = None) -> str:
    """If the discount is at least 25 %, 1 of Category and then 2 of Finance have to say yes within 24 hours.

    One plain sentence, whose parts are left out where the policy does not limit itself.
    """
    whose = _concerned(content)
    when = " and ".join(condition(one, known) for one in content.conditions)
    begin = ", ".join(part for part in (whose, f"if {when}" if when else "") if part)
    verb = "has" if len(content.stages) == 1 and content.stages[0].needed == 1 else "have"
    due = f" within {hours(content.due_hours)}" if content.due_hours else ""
    said = f"{begin or 'for everything'}, {stages(content.stages)} {verb} to say yes{due}"
    return f"{said[0].upper()}{said[1:]}."


def in_time(content: PolicyContent) -> str:
    """What happens when nobody decides, and in an emergency."""
    said = []
    if content.remind_hours:
        said.append(f"After {hours(content.remind_hours)} they are reminded.")
    if content.escalate_to:
        said.append(f"When it is overdue, {content.escalate_to} may decide, too.")
    if content.allows_emergency:
        said.append("In an emergency two people who decide may say yes at once, with a reason.")
    else:
        said.append("There is no short way in an emergency.")
    return " ".join(said)


def condition(one: Condition, known: Known | None = None) -> str:
    """the discount is at least 25 %"""
    fact = registry.facts().get(one.fact)
    if fact is None:
        return f"{one.fact.replace('_', ' ')} {one.operator.replace('_', ' ')} {words.shown(one.value)}"
    phrase = fact.phrase or f"{fact.label[0].lower()}{fact.label[1:]} is"
    if fact.kind == "yes_no":
        return phrase if one.value else fact.denial or f"it is not so that {phrase}"
    if one.operator in _COMPARED:
        return f"{phrase} {_COMPARED[one.operator]} {value(fact, one.value)}"
    named = names(fact, one.value, known)
    if one.operator in _NEITHER:
        return f"{phrase} {'not' if len(named) == 1 else 'neither'} {_joined(named, 'nor')}"
    return f"{phrase} {_joined(named, 'or')}"


def value(fact: FactType, found: Any) -> str:
    """A value of a fact, in the project's currency where it is money."""
    if found is None or found == []:
        return "unknown" if found is None else "none"
    match fact.kind:
        case "money":
            return words.money(int(found))
        case "percent":
            return f"{number(found)}\N{NO-BREAK SPACE}%"
        case "number":
            return f"{found:,}"
        case "yes_no":
            return "yes" if found else "no"
    return ", ".join(names(fact, found))


def number(found: Any) -> str:
    """12.5, and 25 for 25.0"""
    return f"{found:.2f}".rstrip("0").rstrip(".")


def names(fact: FactType, found: Any, known: Known | None = None) -> list[str]:
    known = {} if known is None else known
    if fact.name not in known:
        known[fact.name] = dict(fact.choices()) if fact.choices else {}
    values = found if isinstance(found, list | tuple) else [found]
    return [known[fact.name].get(one, str(one)) for one in values]


def stages(asked: Iterable[Stage]) -> str:
    """1 of Category and then 2 of Finance"""
    return " and then ".join(f"{one.needed} of {who(one)}" for one in asked)


def who(stage: Stage) -> str:
    return stage.group or (ANYBODY if stage.permission == "approvals.decide" else stage.name)


def hours(number_of_hours: int) -> str:
    """24 hours, 5 days"""
    if number_of_hours >= _LONG_DAYS and number_of_hours % _HOURS_OF_DAY == 0:
        return words.count(number_of_hours // _HOURS_OF_DAY, "day")
    return words.count(number_of_hours, "hour")


def said(stored: Mapping[str, Any]) -> Lines:
    """All that a policy says; parts that it does not hold are left out. `stored` as kept for versions."""
    found: Lines = {}
    if "order" in stored:
        found["Order"] = ", ".join(stored["order"])
    for key, label in (("name", "Name"), ("description", "Description")):
        if key in stored:
            found[label] = stored[key] or words.NOTHING
    if "active" in stored:
        found["In force"] = "yes" if stored["active"] else "no"
    if "position" in stored:
        found["Place"] = str(stored["position"])
    if "stages" in stored:
        content = PolicyContent.from_json(
            {name: one for name, one in stored.items() if name not in _NOT_OF_THE_CONTENT}
        )
        found |= _content(content)
    return found


_NOT_OF_THE_CONTENT: Final = frozenset({"name", "description", "active", "position", "order"})


def _content(content: PolicyContent) -> Lines:
    return {
        "Operations": _joined([label(one) for one in content.operations], "and") or "all",
        "Asked for by": _joined([ROLES.get(one, one) for one in content.roles], "and") or "everybody",
        "Conditions": " and ".join(condition(one) for one in content.conditions) or "none",
        "Have to say yes": stages(content.stages),
        "Due after": hours(content.due_hours) if content.due_hours else "never",
        "Reminded after": hours(content.remind_hours) if content.remind_hours else "never",
        "When overdue": content.escalate_to or "nobody else",
        "Short way in an emergency": "yes" if content.allows_emergency else "no",
    }


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Lines:
    """What is said otherwise, by its label; all of it, if there was nothing before."""
    then, now = said(before or {}), said(after or {})
    if before is None:
        return now
    return {
        label: f"{then.get(label, words.NOTHING)} → {now.get(label, words.NOTHING)}"
        for label in {**now, **then}
        if now.get(label) != then.get(label)
    }


def differences(
    target_type: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str]:
    """For the page of a request: sentences. What is put in force is said in full."""
    if after is None:
        return ["The policy is deleted."]
    found = [f"{label}: {text}" for label, text in changes(before, after).items()]
    if before is not None and after.get("active") and not before.get("active") and "stages" in after:
        content = {name: one for name, one in after.items() if name not in _NOT_OF_THE_CONTENT}
        found.append(f"From then on: {sentence(PolicyContent.from_json(content))}")
    return found


def resource(operation: str) -> str:
    """What an operation is about: validation_rules.update -> Validation rules"""
    return operation.partition(".")[0].replace("_", " ").capitalize()


def label(operation: str) -> str:
    try:
        return registry.operation(operation).label
    except LookupError:
        return operation


def _concerned(content: PolicyContent) -> str:
    """“Change a campaign” or “New budget” asked for by marketers"""
    named = [f"“{label(one)}”" for one in content.operations]
    if len(named) > _NAMED_OPERATIONS:
        resources = {resource(one) for one in content.operations}
        whole = _joined(sorted(one.lower() for one in resources), "and")
        named = [f"{words.count(len(named), 'operation')} on {whole}"]
    what = _joined(named, "or")
    whom = _joined([ROLES.get(one, one) for one in content.roles], "or")
    if not what and not whom:
        return ""
    return f"for {what or 'everything'}{f' asked for by {whom}' if whom else ''}"


def _joined(parts: Sequence[str], word: str) -> str:
    return f" {word} ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
