"""Every match accounted for: articles and rules on one side, alerts, decisions and dead letters on the other.

And every delivery: alerts and endpoints on one side, what was sent and what was held back on the other.
"""

from workers.ledger.balance import FINDINGS_MAX, Audit, Balance
from workers.ledger.copies import Copies
from workers.ledger.delivered import DeliveryAudit, DeliveryBalance, DeliveryFinding, DeliverySlip
from workers.ledger.deliveries import Deliveries, DeliveryTerms
from workers.ledger.finding import SURPLUS, Finding, Slip
from workers.ledger.ledger import Clock, Ledger
from workers.ledger.outputs import Outputs
from workers.ledger.rules import RuleThen
from workers.ledger.told import RuleAsTold, same_query

__all__ = [
    "FINDINGS_MAX",
    "SURPLUS",
    "Audit",
    "Balance",
    "Clock",
    "Copies",
    "Deliveries",
    "DeliveryAudit",
    "DeliveryBalance",
    "DeliveryFinding",
    "DeliverySlip",
    "DeliveryTerms",
    "Finding",
    "Ledger",
    "Outputs",
    "RuleAsTold",
    "RuleThen",
    "Slip",
    "same_query",
]
