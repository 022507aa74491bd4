"""The decision itself, usable without a server. See README.md."""

from __future__ import annotations

from engine import effects, reasons
from engine.basket import Basket, Line, LineState, OrderState
from engine.budgets import Budget, BudgetCut, BudgetMeasure, BudgetPolicy
from engine.codec import MalformedJson
from engine.durations import Duration, DurationSyntaxError
from engine.evaluate import evaluate
from engine.guards import Guard, guards
from engine.outcome import Outcome, Status, Step
from engine.reasons import Reason, ReasonKey
from engine.snapshot import (
    Article,
    Call,
    Candidate,
    Credits,
    Customer,
    RedeemableObject,
    Snapshot,
    Uses,
)
from engine.stacking_rules import (
    ApplicationMode,
    CalculationMode,
    Category,
    CategoryLimit,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingRules,
    StackingType,
    Strategy,
    category_limits,
)
from engine.stops import ArticleStop
from engine.validity import DailyHours, Timeframe, Validity

__all__ = [
    "ApplicationMode",
    "Article",
    "ArticleStop",
    "Basket",
    "Budget",
    "BudgetCut",
    "BudgetMeasure",
    "BudgetPolicy",
    "CalculationMode",
    "Call",
    "Candidate",
    "Category",
    "CategoryLimit",
    "Credits",
    "Customer",
    "DailyHours",
    "Duration",
    "DurationSyntaxError",
    "GroupedSortingRule",
    "Guard",
    "Line",
    "LineState",
    "MalformedJson",
    "NoEffectRule",
    "OrderState",
    "Outcome",
    "Reason",
    "ReasonKey",
    "RedeemableObject",
    "Snapshot",
    "SortingRule",
    "StackingRules",
    "StackingType",
    "Status",
    "Step",
    "Strategy",
    "Timeframe",
    "Uses",
    "Validity",
    "category_limits",
    "effects",
    "evaluate",
    "guards",
    "reasons",
]
