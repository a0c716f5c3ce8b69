"""The jars of Apache Kafka from Maven Central, in the ignored folder .cache/. `python -m tests.services.kafka_jars`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services.missing import Missing, program

VERSION = "4.4.0"
CACHE = Path(__file__).parents[2] / ".cache"
TIMEOUT_S = 300
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>wirewatch.tests</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>{VERSION}</version></dependency></dependencies></project>
"""


def kafka_jars() -> Path:
    """The folder with all jars, fetched on first use. Raises Missing."""
    folder = CACHE / f"kafka-{VERSION}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _fetch(Path(scratch))
            try:
                (Path(scratch) / "jars").rename(folder)
            except OSError:
                if not folder.exists():  # else another run was quicker
                    raise
    return folder


def _fetch(folder: Path) -> None:
    maven = program("mvn", "maven")
    (folder / "pom.xml").write_text(POM)
    command = [maven, "-q", "-B", "-f", str(folder / "pom.xml"), "dependency:copy-dependencies"]
    output = [f"-DoutputDirectory={folder / 'jars'}", "-Dmdep.useRepositoryLayout=false"]
    try:
        done = subprocess.run([*command, *output], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise Missing(f"the jars of Kafka {VERSION}: Maven gave nothing in {TIMEOUT_S} s; is there a network?") from exc
    if done.returncode:
        shutil.rmtree(folder / "jars", ignore_errors=True)
        raise Missing(f"the jars of Kafka {VERSION} do not come from Maven Central: {done.stdout[-800:]}")


if __name__ == "__main__":
    try:
        print(f"Kafka {VERSION}: {len(list(kafka_jars().iterdir()))} jars in .cache/")
    except Missing as reason:
        sys.exit(str(reason))
