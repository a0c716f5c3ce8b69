"""What to say."""

from workers.alerts.compose import NO_EVIDENCE, compose
from workers.alerts.hold import Grounds, hold
from workers.alerts.occasion import Occasion, alert_id, created_tag, version_tag
from workers.alerts.reference import refer_to_rule

__all__ = [
    "NO_EVIDENCE",
    "Grounds",
    "Occasion",
    "alert_id",
    "compose",
    "created_tag",
    "hold",
    "refer_to_rule",
    "version_tag",
]
