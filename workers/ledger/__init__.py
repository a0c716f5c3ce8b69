"""Every match accounted for: articles and rules on one side, alerts, decisions and dead letters on the other."""

from workers.ledger.balance import Audit, Balance
from workers.ledger.finding import SURPLUS, Finding, Slip

__all__ = ["SURPLUS", "Audit", "Balance", "Finding", "Slip"]
