from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from core.models import ProjectSettings, PublicIdField, TimestampedModel


class Category(TimestampedModel):
    """Groups redeemables for stacking: the order in which they apply and what may stand beside them.

    What is left empty follows the project's stacking rules (contract: semantics-core 6.1).
    """

    NoEffectRule = ProjectSettings.NoEffectRule
    CalculationMode = ProjectSettings.CalculationMode
    MOST_APPLICABLE = 10

    class StackingType(models.TextChoices):
        EXCLUSIVE = "EXCLUSIVE", "Exclusive: never with common ones"
        JOINT = "JOINT", "Joint: always with others"

    public_id = PublicIdField(prefix="cat", length=18)
    name = models.CharField(max_length=200, unique=True)
    hierarchy = models.PositiveIntegerField(default=1, help_text="0 is applied first.")
    stacking_type = models.CharField(
        "stacking", max_length=16, choices=StackingType, blank=True, default="", help_text="Empty: common."
    )
    applicable_limit = models.PositiveSmallIntegerField(
        "applied at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_APPLICABLE)],
        help_text="How many discounts of this category one order may get. Empty: as the project says.",
    )
    no_effect_rule = models.CharField(
        "without effect",
        max_length=16,
        choices=NoEffectRule,
        blank=True,
        default="",
        db_default="",
        help_text=(
            "What happens to a discount that would not change the order: use it up all the same, or leave "
            "it out. Empty: as the project says."
        ),
    )
    calculation_mode = models.CharField(
        "discounts are calculated",
        max_length=24,
        choices=CalculationMode,
        blank=True,
        default="",
        db_default="",
        help_text="What a percentage is taken of. Empty: as the project says.",
    )

    class Meta:
        verbose_name_plural = "categories"
        constraints = (
            models.CheckConstraint(
                condition=Q(applicable_limit=None) | Q(applicable_limit__range=(1, 10)),
                name="category_applicable_limit_1_to_10",
            ),
        )

    def __str__(self) -> str:
        return self.name
