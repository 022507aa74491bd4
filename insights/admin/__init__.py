"""The admin pages of insights. Django finds them by importing this package."""

from __future__ import annotations

from insights.admin import alert_rules, alerts, performance

__all__ = ["alert_rules", "alerts", "performance"]
