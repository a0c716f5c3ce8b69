"""The table of all faults."""

from __future__ import annotations

from tests.chaos import faults_broker, faults_input, faults_store, faults_workers
from tests.chaos.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *faults_workers.FAULTS,
    *faults_broker.FAULTS,
    *faults_store.FAULTS,
    *faults_input.FAULTS,
)
BY_NAME = {fault.name: fault for fault in FAULTS}
