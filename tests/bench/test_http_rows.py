from __future__ import annotations

from engine.rules import parse
from engine.rules.logic import print_logic
from tests.bench import workload
from tests.bench.http_rows import wire


def test_promotions_in_the_database_are_those_of_the_workload() -> None:
    for candidate in workload.candidates(300):
        (rules,) = candidate.rules

        stored = parse(wire(rules))

        assert print_logic(stored.logic) == print_logic(rules.logic)
        assert [(rule.key, rule.name, rule.property, rule.conditions) for rule in stored.rules] == [
            (rule.key, rule.name, rule.property, rule.conditions) for rule in rules.rules
        ]
        assert [entry.item for entry in stored.applicable_to.included] == [
            entry.item for entry in rules.applicable_to.included
        ]
