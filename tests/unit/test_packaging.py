"""What is shipped is what is there: packages and their data, pinned versions, containers, the map."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, Gauge

from tests.services.kafka_jars import VERSION as KAFKA_VERSION
from tests.services.ports import free_port
from tests.sources import PRODUCT, ROOT
from workers import metrics_http

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped_files() -> Iterator[Path]:
    """Everything below the product's folders, without what Python leaves there."""
    for top in PRODUCT:
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


class TestPackages:
    def test_the_packages_are_those_on_disk_and_each_has_an_init(self) -> None:
        folders = {path.parent for path in shipped_files() if path.suffix == ".py"}
        assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(".".join(each.parts) for each in folders)
        assert [str(each) for each in folders if not (ROOT / each / "__init__.py").exists()] == []

    def test_all_other_files_are_data_of_a_package_and_no_pattern_is_idle(self) -> None:
        patterns = {
            f"{package.replace('.', '/')}/{each}"
            for package, listed in PROJECT["tool"]["setuptools"]["package-data"].items()
            for each in listed
        }
        data = [str(path) for path in shipped_files() if path.suffix != ".py"]
        assert [name for name in data if not any(fnmatch(name, each) for each in patterns)] == []
        assert [each for each in patterns if not any(fnmatch(name, each) for name in data)] == []

    def test_the_licence_is_whole(self) -> None:
        text = (ROOT / "LICENSE").read_text()
        assert "Apache License\n                           Version 2.0, January 2004" in text
        assert "9. Accepting Warranty or Additional Liability." in text


class TestConstraints:
    def pinned(self) -> dict[str, str]:
        lines = (ROOT / "constraints.txt").read_text().splitlines()
        rows = [line for line in lines if line and not line.startswith("#")]
        assert [line for line in rows if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
        return {canonical(name): pin for name, _, pin in (line.partition("==") for line in rows)}

    def test_every_library_and_all_that_it_needs_is_pinned(self) -> None:
        project = PROJECT["project"]
        wanted = [
            *project["dependencies"],
            *(each for more in project["optional-dependencies"].values() for each in more),
        ]
        pinned, seen = self.pinned(), set[str]()
        while wanted:
            text = wanted.pop()
            name = canonical(re.split(r"[^\w.-]", text, maxsplit=1)[0])
            if name in seen or "extra ==" in text:
                continue
            seen.add(name)
            try:
                wanted += requires(name) or []
            except PackageNotFoundError:
                continue  # for another system, or of an extra that is not installed
            assert name in pinned, f"{name} is not in constraints.txt"

    def test_what_is_installed_here_is_what_is_pinned(self) -> None:
        for name in ("faust-streaming", "aiokafka", "kafka-python", "redis", "pydantic", "pytest"):
            assert version(name) == self.pinned()[name]


class TestContainers:
    def test_nothing_is_open_beyond_the_loopback_of_the_host(self) -> None:
        ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
        assert ports
        assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []
        assert [name for name, service in SERVICES.items() if service.get("network_mode") == "host"] == []

    def test_kafka_is_the_version_that_the_tests_run_on_and_makes_no_topic_by_accident(self) -> None:
        kafka = SERVICES["kafka"]
        assert kafka["image"] == f"apache/kafka:{KAFKA_VERSION}"
        assert kafka["environment"]["KAFKA_PROCESS_ROLES"] == "broker,controller"
        assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
        assert "kafka:/var/lib/kafka/data" in kafka["volumes"]
        assert any("kafka-broker-api-versions" in word for word in kafka["healthcheck"]["test"])

    def test_redis_writes_down_what_it_is_told_and_evicts_nothing(self) -> None:
        redis = SERVICES["redis"]
        assert "--appendonly yes" in redis["command"]
        assert "--maxmemory-policy noeviction" in redis["command"]
        assert "redis:/data" in redis["volumes"]
        assert redis["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]

    def test_workers_start_when_the_topics_are_made_and_come_back_when_they_end(self) -> None:
        topics, match = SERVICES["topics"], SERVICES["match"]
        assert (topics["command"], match["command"]) == (["topics", "create"], ["run", "match"])
        assert topics["depends_on"]["kafka"]["condition"] == "service_healthy"
        assert match["depends_on"]["topics"]["condition"] == "service_completed_successfully"
        assert match["depends_on"]["redis"]["condition"] == "service_healthy"
        assert {SERVICES[name]["restart"] for name in ("kafka", "redis", "match")} == {"unless-stopped"}
        assert set(COMPOSE["volumes"]) == {"kafka", "redis"}

    def test_images_are_pinned(self) -> None:
        images = [service["image"] for service in SERVICES.values()] + re.findall(
            r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
        )
        assert [image for image in images if not re.search(r":\d", image)] == []

    def test_the_image_is_built_from_pinned_versions_and_does_not_run_as_root(self) -> None:
        last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
        assert "--constraint constraints.txt" in DOCKERFILE
        assert re.search(r"^USER (?!0$|root$)\S+$", last_stage, re.MULTILINE)
        assert 'ENTRYPOINT ["wirewatch"]' in last_stage

    def test_what_the_image_copies_is_let_through_by_dockerignore(self) -> None:
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)]
        names = {name for words in copied for name in words}
        assert "*" in ignored
        assert {line[1:] for line in ignored if line.startswith("!")} == names

    @pytest.mark.parametrize(("ready", "code"), [(1, 0), (0, 1)], ids=["ready", "not ready"])
    def test_the_image_is_healthy_when_the_worker_is_ready(self, ready: int, code: int) -> None:
        command = re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
        assert command
        _, *arguments = json.loads(command[1])
        registry, port = CollectorRegistry(), free_port()
        Gauge("wirewatch_ready", "", registry=registry).set(ready)
        metrics_http.serve(registry, "127.0.0.1", port)
        environment = {"WIREWATCH_MATCH_METRICS_PORT": str(port)}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        assert done.returncode == code, done.stderr

    def test_compose_accepts_its_file(self) -> None:
        if shutil.which("docker-compose") is None:
            pytest.skip("docker-compose is not installed; hint: apt-get install docker-compose")
        done = subprocess.run(["docker-compose", "config", "-q"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


class TestMap:
    TEXT = (ROOT / "workers" / "README.md").read_text()

    def test_it_names_every_file_and_none_that_is_not_there(self) -> None:
        named = re.findall(r"^\| `([^`]+)` \|", self.TEXT, re.MULTILINE)
        folder = ROOT / "workers"
        found = [path for kind in ("*.py", "*.lua") for path in folder.rglob(kind) if path.name != "__init__.py"]
        there = {path.relative_to(folder).as_posix() for path in found}
        assert sorted(there - set(named)) == []
        assert sorted(set(named) - there) == []
        assert len(named) == len(set(named))

    def test_it_names_every_room_and_none_that_is_not_there(self) -> None:
        named = re.findall(r"^## `([^`]+)/`", self.TEXT, re.MULTILINE)
        rooms = [path.parent for path in (ROOT / "workers").rglob("*/__init__.py")]
        assert sorted(named) == sorted(path.relative_to(ROOT / "workers").as_posix() for path in rooms)
