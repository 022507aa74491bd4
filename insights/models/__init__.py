from __future__ import annotations

from insights.models.alerts import Alert, AlertRule
from insights.models.metrics import CountedRedemption, MetricHour, MetricProgress, RefusalHour

__all__ = ["Alert", "AlertRule", "CountedRedemption", "MetricHour", "MetricProgress", "RefusalHour"]
