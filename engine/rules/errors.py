"""What is wrong with a rule that cannot be read."""

from __future__ import annotations


class RuleSyntaxError(ValueError):
    """The rule is malformed. The wire answers 400 `invalid_validation_rules`.

    `path` names the place ("rules.1.conditions.$is"), `position` the character in a logic expression.
    """

    def __init__(self, message: str, *, path: str = "", position: int | None = None) -> None:
        self.path = path
        self.position = position
        super().__init__(message)
