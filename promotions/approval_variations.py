"""What somebody who says yes to a change of many variations has to see, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions import approval_words
from promotions.models import Campaign
from promotions.selectors import variations
from promotions.selectors.launching import LAUNCH
from promotions.services import variations as services
from promotions.services.variations import ChangeSpec

TYPE: Final = "variations"
_SHOWN_NAMES: Final = 3

type Content = Mapping[str, Any]


def register() -> None:
    """What is decided about many at once counts as the same done to each: policies about that hold."""
    registry.register(
        Operation(
            name="campaigns.update_variations",
            label="Change variations",
            permission="campaigns.modify",
            service=services.change,
            describe=changed,
            specs=(ChangeSpec,),
            counts_as=("campaigns.update", "promotions.update"),
        )
    )
    registry.register(
        Operation(
            name="campaigns.launch_variations",
            label="Launch variations",
            permission="campaigns.modify",
            service=services.launch,
            describe=launched,
            counts_as=(LAUNCH,),
        )
    )
    registry.register_words(TYPE, sentences)


def changed(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """All that are chosen, as they are now."""
    return _described(arguments, _chosen(arguments, arguments["spec"].campaign_ids))


def launched(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """Those that are drafts before; the codes that they want are part of what is seen."""
    rows = _chosen(arguments, arguments["campaign_ids"])
    if before is None or before.content is None:
        rows = [row for row in rows if row.is_draft]
    else:
        names = {one["name"] for one in before.content["variations"]}
        rows = [row for row in rows if row.name in names]
    return _described(arguments, rows, with_codes=True)


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different, said once for all that change alike."""
    was, will = _by_name(before), _by_name(after)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys((*will, *was)):
        told = approval_words.sentences("campaign", was.get(name), will.get(name))
        own = tuple(line.replace(f"“{name}”", "").rstrip(": ") for line in told)
        if own:
            alike.setdefault(own, []).append(name)
    return [f"{_named(names, len(will))}: {line}" for lines, names in alike.items() for line in lines]


def _described(arguments: Arguments, rows: Iterable[Campaign], *, with_codes: bool = False) -> Subject:
    parent = Campaign.objects.get(pk=arguments["parent_id"])
    listed = list(rows)
    found = [_content(row, with_codes) for row in listed]
    return Subject(
        type=TYPE,
        id=parent.public_id,
        label=f"Variations of {parent.name}",
        content={"name": parent.name, "variations": found},
        facts=_merged([_facts(one, arguments) for one in found]),
        is_running=any(not row.is_draft for row in listed),
    )


def _content(row: Campaign, with_codes: bool) -> dict[str, Any]:
    wanted = {"codes": row.planned_codes, "one_code": row.planned_code} if with_codes else {}
    said = {name: value for name, value in wanted.items() if value}
    return {**(contents.campaign(row.pk) or {"name": row.name}), **said}


def _facts(content: Content, arguments: Arguments) -> dict[str, Any]:
    found = facts.of(content, arguments["now"])
    return {**found, "codes": content["codes"]} if "codes" in content else found


def _merged(all_facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The largest number, every text, and yes if one says yes: no policy about one is passed by."""
    found: dict[str, Any] = {}
    for one in all_facts:
        for name, value in one.items():
            found[name] = _together(found.get(name), value)
    return found


def _together(was: Any, value: Any) -> Any:
    if was is None or value is None:
        return value if was is None else was
    if isinstance(was, bool) or isinstance(value, bool):
        return bool(was or value)
    if isinstance(was, int | float) and isinstance(value, int | float):
        return max(was, value)
    texts = [*(was if isinstance(was, list) else [was]), *(value if isinstance(value, list) else [value])]
    together = sorted(set(texts))
    return together[0] if len(together) == 1 and not isinstance(was, list) else together


def _chosen(arguments: Arguments, campaign_ids: tuple[str, ...] | None) -> list[Campaign]:
    linked = variations.of(Campaign(pk=arguments["parent_id"]))
    if campaign_ids is not None:
        linked = linked.filter(campaign__public_id__in=campaign_ids)
    return [row.campaign for row in linked]


def _by_name(content: Content | None) -> dict[str, Content]:
    return {} if content is None else {one["name"]: one for one in content["variations"]}


def _named(names: list[str], total: int) -> str:
    if len(names) == total and total > 1:
        return f"All {total}"
    shown = ", ".join(names[:_SHOWN_NAMES])
    rest = len(names) - _SHOWN_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown
