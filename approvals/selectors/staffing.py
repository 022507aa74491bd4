"""Whether there are people for what policies ask for: what is wrong is refused, what is risky is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from django.contrib.auth.models import Group
from django.db.models import Count, Q

from approvals import policies, registry
from approvals.policies import PolicyContent, PolicyInForce, Stage
from approvals.selectors import people
from approvals.staffing import Post, unfilled
from core.actors import Role

OF_POLICIES: Final = "policies."
"""How operations on policies begin."""


def missing_group(content: PolicyContent) -> str:
    """The property that names a group which is not there, with what it says; "" if all are."""
    named = {f"stages[{i}].group": stage.group for i, stage in enumerate(content.stages)}
    named["escalate_to"] = content.escalate_to
    known = set(Group.objects.filter(name__in=named.values()).values_list("name", flat=True))
    wrong = (at for at, name in named.items() if name and name not in known)
    return next((f"Property .{at} names an unknown group: {named[at]}" for at in wrong), "")


def unstaffed(content: PolicyContent) -> str:
    """Why nobody could ever pass the stages; "" if somebody can."""
    posts = posts_of(content.stages)
    for i, post in enumerate(posts):
        if not post.people:
            return f"Property .stages[{i}].group names a group without people: {post.name}"
        if len(post.people) < post.needed:
            has = len(post.people)
            return f"Property .stages[{i}].needed asks for {post.needed} people; {post.name} has {has}"
    short = unfilled(posts)
    if short is not None:
        return (
            f"Property .stages cannot be passed: everybody says yes once, and with the other stages nobody "
            f"is left for {short.name}"
        )
    if content.escalate_to and not people.of_group(content.escalate_to):
        return f"Property .escalate_to names a group without people: {content.escalate_to}"
    return ""


def locks_out(in_force: Sequence[PolicyInForce]) -> str:
    """Whose changes of policies nobody could say yes to, if these policies held; "" if all can be passed.

    Policies can ask for a yes to changes of policies. Somebody has to be able to give it, whoever asks.
    """
    for stages in _asked_of_policies(in_force):
        posts = posts_of(stages)
        for admin in people.administrators():
            left = [Post(name=one.name, needed=one.needed, people=one.people - {admin.pk}) for one in posts]
            short = unfilled(left)
            if short is not None:
                return (
                    f"Nobody could change policies any more: if {admin} asks, there are not enough people "
                    f"for {short.name}. Name a group with more people, or leave changes of policies out."
                )
    return ""


def risks(content: PolicyContent) -> list[str]:
    """What can hold up requests, as sentences."""
    wrong = missing_group(content) or unstaffed(content)
    if wrong:
        return [f"{wrong.removeprefix('Property .')}. Until that is put right, administrators decide."]
    return [*_thin(posts_of(content.stages)), *_gone(content)]


def sizes() -> dict[str, int]:
    """How many people who may sign in each group has; one query."""
    may_enter = Q(user__is_active=True, user__is_staff=True)
    rows = Group.objects.annotate(people=Count("user", filter=may_enter, distinct=True)).order_by("name")
    return dict(rows.values_list("name", "people"))


def short_of_people(content: PolicyContent, known: Mapping[str, int]) -> str:
    """The first stage that a list should warn of, by the `sizes` of groups alone; "" if there is none."""
    for stage in content.stages:
        if stage.group and known.get(stage.group, 0) < stage.needed:
            return f"Not enough people in {stage.group}"
    return ""


def posts_of(stages: Iterable[Stage]) -> list[Post]:
    return [
        Post(name=one.name, needed=one.needed, people={person.pk for person in people.members(one)})
        for one in stages
    ]


def _thin(posts: Sequence[Post]) -> Iterator[str]:
    for post in posts:
        if len(post.people) == post.needed:
            yield (
                f"{post.name} has just as many people as have to say yes: nobody is left if one of them "
                f"asks, or is away without a stand-in."
            )


def _gone(content: PolicyContent) -> Iterator[str]:
    for one in content.conditions:
        fact = registry.facts().get(one.fact)
        if fact is None or fact.choices is None:
            continue
        known = {value for value, _ in fact.choices()}
        wanted = one.value if isinstance(one.value, list) else [one.value]
        for value in wanted:
            if value not in known:
                yield f"{fact.label}: there is no {value} (any more)."


def _asked_of_policies(in_force: Sequence[PolicyInForce]) -> Iterator[tuple[Stage, ...]]:
    for operation in registry.operations():
        if operation.name.startswith(OF_POLICIES):
            found = policies.needed(in_force, operation=operation.name, role=Role.ADMIN, facts={})
            if found is not None:
                yield found.stages
