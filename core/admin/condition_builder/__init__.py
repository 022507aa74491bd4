"""One builder for conditions, wherever they are built: rules of promotions, filters of segments, collections.

The page edits one document, in the shape of a rule: `{"rules": {"1": {"name", "property", "conditions":
{"$is": [operands]}}, "logic": "1 and (2 or 3)"}}`. Whoever stores something else translates on both ways.
The scripts are in `static/core/condition_builder/`; an area adds what it can ask for (its catalogue), and
parts of its own below the rows.
"""
