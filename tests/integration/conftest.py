"""A terminal for each test, and a file of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.terminal import Terminal
from tests.services.kafka import KafkaServer

RULES = """\
rules:
- {id: pact, query: Russia AND North Korea, channels: [asia, europe]}
- {id: firms, query: '@firms AND deal'}
lists:
- {id: firms, entries: ['@more']}
- {id: more, entries: [acme]}
channels:
- {id: asia, name: Asia desk}
- {id: europe}
"""


@pytest.fixture
def terminal(kafka: KafkaServer, topic_prefix: str) -> Terminal:
    """With the topics of the catalogue."""
    made = Terminal(kafka.bootstrap, topic_prefix)
    made.ok("topics", "create")
    return made


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    """Rules, lists and their channels."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path
