"""Nothing that decides what is given away is changed past the gate (INVARIANTS A3, part 4)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.contrib import admin

from approvals import registry
from approvals.gate import gated_operations
from tests.architecture.test_house_rules import ROOT, tracked

# Services that act for somebody, or write, and ask nobody: each with the reason.
FREE: Final = {
    # Nothing is made live by these.
    "publications.publish": "one customer, within limits of the campaign; many at once are gated",
    "publication_runs.stop": "takes nothing away and gives nothing",
    "publication_runs.resume": "goes on with what somebody was allowed to start",
    "publication_runs.follow": "job: goes on with what somebody was allowed to start",
    "publication_runs.go_on": "job: goes on with what somebody was allowed to start",
    "publication_slices.publish_slice": "job",
    "code_pool.take": "part",
    "campaign_places.settle": "part",
    "setups.create": "makes a draft, which is free",
    "setups.launch": "makes a draft, which is free, and calls a gated one",
    "setups.launch_at": "makes a draft, which is free, and files its launch",
    "setups.change": "calls gated ones",
    "setups.tried": "nothing stays",
    "setups.proposed": "nothing stays",
    "setups.of_template": "makes what conditions name",
    "setup_parts.settle_rule": "part",
    "setup_parts.settle_tiers": "part",
    "setup_parts.settle_budget": "part",
    "usual_segments.new_customers": "a segment, which gives nobody anything",
    "categories.create": "a category without members says nothing about anybody",
    "validation_rules.create": "conditions that nothing has yet",
    "cloning.campaign": "makes drafts, which are free",
    "cloning.tier": "calls a gated one",
    "variations.make": "makes drafts, which are free",
    "variations.tried": "nothing stays",
    "variations.unlink": "it goes on as it is",
    "templates.create": "keeps a copy, which gives nobody anything",
    "templates.store": "keeps a copy, which gives nobody anything",
    "templates.copy": "keeps a copy, which gives nobody anything",
    "templates.add_starters": "keeps copies, which give nobody anything",
    "templates.update": "a name",
    "templates.delete": "what was made of it stays",
    "templates.set_up_campaign": "calls a gated one",
    "templates.set_up_tier": "calls a gated one",
    "template_resources.settle": "part: makes what conditions name",
    "bin.remove": "calls gated ones; products are the shop's",
    "distributions.create": "a draft, which writes to nobody",
    "distributions.update": "only of what does not run: starting it is asked about",
    "distributions.pause": "writes to nobody",
    "distributions.stop": "writes to nobody",
    "distributions.delete": "only of what does not run",
    "distributions.send_again": "to whom it was allowed to go",
    "distribution_audience.collect": "job",
    "distribution_audience.react": "job",
    "message_templates.create": "words that nobody sends yet",
    "message_templates.update": "words of those who may write; amounts come from codes",
    "message_templates.delete": "only of what nothing uses",
    # Purchases, and what follows from them: terms are read, never changed.
    "redemptions.redeem": "runtime",
    "rollbacks.roll_back": "runtime",
    "rollbacks.of_returned": "runtime",
    "returns.create": "runtime",
    "sessions.validate": "runtime",
    "sessions.release": "runtime",
    "sessions.release_session": "runtime",
    "sessions.tidy_away": "runtime",
    "validations.validate": "runtime",
    "validations.asking_of": "runtime, reads",
    "qualifications.qualify": "runtime, reads",
    "campaign_qualifications.qualify": "runtime, reads",
    "explanations.ask": "reads",
    "rule_trials.ask": "reads",
    "uses.tell_thresholds": "runtime: tells of budgets, changes none",
    "ledger.give": "runtime: credits that a member got for points, or gives back",
    "reward_assignments.block": "runtime: takes away, never gives",
    "reward_assignments.unblock": "goes on with what somebody was allowed to offer",
    "budget_alerts.raise_alerts": "tells of budgets, changes none",
    "counting.make_shared": "counters are sums of rows",
    # Only asked by gated ones, or by the jobs that these begin; `test_parts_…` looks at that.
    "budgets.join": "part: a draft under the limits of its original",
    "validation_rules.of_new": "part",
    "code_batches.make": "part",
    "code_batches.make_as_job": "part",
    "code_batches.start": "part",
    "code_batches.start_deletion": "part",
    "code_batches.cancel": "fewer codes than were allowed",
    "code_batches.generate_slice": "job",
    "code_batches.delete_slice": "job",
    "code_batches.conclude": "job",
    "voucher_imports.write": "job",
    "voucher_updates.update_slice": "job",
    "drafts.make_codes": "part",
    "grants.grant": "runtime: gives what was earned, once for its cause",
    "grants.take_back": "runtime: takes away, never gives",
    "grants.top_up": "runtime: gives what was earned, once for its cause",
    "ledger.set_amount": "part",
    "ledger.tell": "tells of what was written, changes none",
    "lifecycle.follow": "part: told by approvals",
    "lifecycle.settle": "job: time moves what was allowed to run",
    "lifecycle.tell": "part",
    "protection.refuse_protected": "part: refuses",
    "reverting.revert": "part: calls gated ones",
    "rule_assignments.attach": "part",
    "rule_assignments.settle": "part",
    "rule_assignments.delete_all": "part",
    "stacks.forget_tier": "part",
    "tiers.add": "part",
    "versions.together": "part: writes down what is there",
    "versions.note": "part: writes down what is there",
    "versions.note_all": "part: writes down what is there",
    "versions.note_assigned": "part: writes down what is there",
    "versions.note_missing": "writes down what is there",
    # A right of its own, and two people to restore.
    "stops.check": "part: refuses",
    "stops.start": "emergency stop: takes away, never gives",
    "stops.ask_to_restore": "emergency stop: asks two people itself",
    "stops.confirm_restore": "emergency stop: asks two people itself",
    # The house proves itself.
    "nightly_proof.run_when_due": "counts",
    "nightly_proof.note": "counts",
    "reconciliation.repair": "puts sums right that rows prove; terms stay",
    "reconciliation.recount": "job: counters are sums of rows",
    "clock_changes.follow": "starts the job that counts anew; the clock itself is the project's",
    "clock_changes.recount_slice": "job: counters are sums of rows",
    "catalogue_changes.prune": "shortens the change feed",
}
_PARTS: Final = {name.partition(".")[::2] for name, why in FREE.items() if why == "part"}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))


def is_gated(function: ast.FunctionDef) -> bool:
    return any("gated(" in ast.unparse(one) for one in function.decorator_list)


def acts(function: ast.FunctionDef) -> bool:
    """Public, and for somebody or in a transaction of its own."""
    names = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
    is_atomic = any("atomic" in ast.unparse(one) for one in function.decorator_list)
    return not function.name.startswith("_") and ("actor" in names or is_atomic)


def test_every_service_is_gated_or_is_free_for_a_reason() -> None:
    acting = {
        f"{path.stem}.{one.name}"
        for path in tracked("promotions/services/*.py")
        for one in functions(path)
        if acts(one) and not is_gated(one)
    }

    assert acting == set(FREE)


def test_parts_of_services_are_called_by_services_only() -> None:
    """An interface that called one would go round the gate."""
    outside = [
        path
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", "engine"} and "services" not in path.parts
    ]
    called = {
        f"{path.relative_to(ROOT)}: {node.value.id}.{node.attr}"
        for path in outside
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in _PARTS
    }

    assert called == set()


def test_every_gate_has_a_description_and_every_description_a_gate() -> None:
    described = {one.name: one.service for one in registry.operations()}

    assert set(gated_operations()) == set(described)
    assert {name: getattr(service, "gate", None) for name, service in described.items()} == {
        name: name for name in described
    }


def test_no_list_of_the_admin_is_edited_in_place() -> None:
    """It would save rows, past services, gate and audit."""
    edited = [model.__name__ for model, page in admin.site._registry.items() if page.list_editable]
    inlines = [
        f"{model.__name__}: {inline.__name__}"
        for model, page in admin.site._registry.items()
        for inline in page.inlines
        if not {"has_add_permission", "has_change_permission"} <= _own_names(inline)
    ]

    assert edited == []
    assert inlines == []


WRITES: Final = re.compile(
    r"objects\b.*\.(?:bulk_create|bulk_update|update|create|update_or_create|get_or_create|delete)\("
    r"|\b(?:queryset|rows|obj|found)\.(?:update|delete|save)\("
)


@pytest.mark.parametrize("room", ["admin", "api", "management"])
def test_interfaces_write_no_rows_themselves(room: str) -> None:
    written = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in (*tracked(f"promotions/{room}/*.py"), *tracked("promotions/tasks.py"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if WRITES.search(line)
    ]

    assert written == []


def _own_names(cls: type) -> set[str]:
    """What the class and ours above it say for themselves."""
    return {name for one in cls.__mro__ if not one.__module__.startswith("django.") for name in vars(one)}
