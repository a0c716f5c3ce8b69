"""What to say."""

from workers.alerts.compose import alert_id, compose
from workers.alerts.hold import hold
from workers.alerts.reference import refer_to_rule

__all__ = ["alert_id", "compose", "hold", "refer_to_rule"]
