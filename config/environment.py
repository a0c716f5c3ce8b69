"""The environment of processes that we start."""

from __future__ import annotations

import os
from collections.abc import Mapping

from config.settings import KNOBS
from config.sources import ENVIRONMENT


def environment_with(knobs: Mapping[str, object]) -> dict[str, str]:
    """This process's environment with these settings (`match.lease_s`), and none of its own WIREWATCH_ ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(ENVIRONMENT)}
    return inherited | {KNOBS[name].variable: str(value) for name, value in knobs.items()}
