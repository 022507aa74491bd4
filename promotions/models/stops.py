from __future__ import annotations

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.models import PublicIdField
from promotions.models.reach import StopsInReach
from promotions.models.redemptions import Redemption

_RESTORING = ("restore_reason", "restore_asked_at", "restore_asked_by", "restore_asked_label")
_IS_ASKED_AGAIN = "OLD.restore_asked_at IS NOT NULL AND ({}) IS DISTINCT FROM ({})".format(
    *(", ".join(f"{row}.{name}" for name in _RESTORING) for row in ("OLD", "NEW"))
)
_NAMED = 3
_RESTORED = ("restored_at", "restored_by", "restored_label")


class EmergencyStop(models.Model):
    """Operations stopped something at once. It is in force until it is restored. Goes beyond the contract.

    `covers` says what: `{"everything": true}`, or lists of `{"id": …, "name": …}` by kind. `was_on` is what
    was live at that instant. Who did something is kept as `user:7` or `api_key:app_…` and as people know him.
    What happened is final; the columns of the restoration are filled in once.
    """

    public_id = PublicIdField(prefix="stop")
    covers = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.TextField()
    is_drill = models.BooleanField("drill", default=False)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=120)
    started_label = models.CharField(max_length=200, blank=True, default="")
    was_on = models.JSONField(encoder=DjangoJSONEncoder)
    restore_reason = models.TextField(blank=True, default="")
    restore_asked_at = models.DateTimeField(null=True)
    restore_asked_by = models.CharField(max_length=120, blank=True, default="")
    restore_asked_label = models.CharField(max_length=200, blank=True, default="")
    restored_at = models.DateTimeField(null=True)
    restored_by = models.CharField(max_length=120, blank=True, default="")
    restored_label = models.CharField(max_length=200, blank=True, default="")

    objects = StopsInReach["EmergencyStop"]()

    class Meta:
        verbose_name = "emergency stop"
        verbose_name_plural = "emergency stops"
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="emergency_stop_has_reason"),
            models.CheckConstraint(
                condition=Q(restore_asked_at=None, restore_asked_by="", restore_reason="")
                | Q(restore_asked_at__isnull=False) & ~Q(restore_asked_by="") & ~Q(restore_reason=""),
                name="emergency_stop_restore_has_reason",
            ),
            # A drill refuses nothing, so one person ends it.
            models.CheckConstraint(
                condition=Q(restored_at=None, restored_by="")
                | Q(restored_at__isnull=False, restore_asked_at__isnull=False)
                & ~Q(restored_by="")
                & (Q(is_drill=True) | ~Q(restored_by=F("restore_asked_by"))),
                name="emergency_stop_restored_by_two",
            ),
        )
        # Every decision asks for those in force.
        indexes = (
            models.Index(fields=["id"], name="emergency_stop_in_force", condition=Q(restored_at=None)),
        )
        triggers = (
            pgtrigger.Protect(name="emergency_stop_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="emergency_stop_facts_are_final", exclude=[*_RESTORING, *_RESTORED]),
            pgtrigger.Protect(
                name="emergency_stop_asked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_IS_ASKED_AGAIN),
            ),
            pgtrigger.Protect(
                name="emergency_stop_restored_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__restored_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        """What is stopped: Spring sale, Toys and 3 more"""
        if self.covers.get("everything"):
            return "Everything"
        names = [entry["name"] for kind in sorted(self.covers) for entry in self.covers[kind]]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more


class StoppedAttempt(models.Model):
    """A redemption that a stop refused; in a drill one that it would have refused.

    `process` is who decided (`host:process id`): so it is known when each of them knew of the stop.
    """

    stop = models.ForeignKey(EmergencyStop, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="+")
    process = models.CharField(max_length=120)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stop", "redemption"], name="stopped_attempt_once"),)
        triggers = (
            pgtrigger.Protect(
                name="stopped_attempts_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.redemption_id} at stop {self.stop_id}"
