"""How often Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 20, 50)  # instead of (700, 10, 10)


def look_rarely() -> None:
    """From now on, and never again through what is there already.

    A batch makes many objects and hardly a cycle; what was loaded stays. Measured: a fifth less CPU an article, and a
    quarter less a delivery.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
