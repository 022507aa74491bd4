"""The background job that looks at everybody for a new filter; registered with `integrations.registry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from commerce.jobs import Job
from commerce.models import Segment
from commerce.services import segment_following
from core.actors import Actor
from integrations import registry
from integrations.registry import JobType, Made, Row, SliceResult


def register() -> None:
    registry.register(BUILD)


def build(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """Rows are ranges of customers' keys."""
    done = segment_following.build_slice(
        [row.value for row in rows],
        segment_id=params["segment"],
        is_last=rows[-1].number == params["ranges"],
        actor=actor,
        now=now,
    )
    return SliceResult(done=done)


def _segment(params: Mapping[str, Any]) -> Made | None:
    found = Segment.objects.filter(pk=params["segment"]).only("name").first()
    if found is None:
        return None
    return Made(label=found.name, page="admin:commerce_segment_change", args=(found.pk,))


# One range is one transaction: a second or so of work.
BUILD: Final = JobType(
    name=Job.SEGMENTS_BUILD, handler=build, label="Members of a segment", slice_size=1, made=_segment
)
