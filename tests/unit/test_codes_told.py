"""Every code is explained to operators, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.ledger import DeliverySlip, Slip
from workers.rules.dialects.outcome import Code as ImportCode
from workers.rules.language.lint_note import Code

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "codes"),
    [
        pytest.param("lint.md", [str(code) for code in Code], id="lint"),
        pytest.param("rule-import.md", [str(code) for code in ImportCode], id="import"),
        pytest.param("audit.md", [str(slip) for slip in (*Slip, *DeliverySlip)], id="audit"),
    ],
)
def test_the_documentation_names_each_code(page: str, codes: list[str]) -> None:
    named = re.findall(r"^\| `([a-z_-]+)` \|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(codes)
