"""A real Apache Kafka: one node in KRaft mode, on loopback ports of its own, with a data folder of its own."""

from __future__ import annotations

import base64
import socket
import subprocess
import tempfile
import uuid
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.services.kafka_jars import kafka_jars
from tests.services.missing import program
from tests.services.ports import free_port
from tests.services.process import ServerProcess

HEAP = "-Xmx512m"
EAGER = "-XX:TieredStopAtLevel=1"  # compiles less well: up in half the time
START_TIMEOUT_S = 180.0  # a crowded machine needs 40 and more
MESSAGE_BYTES = 18 * 1024 * 1024  # the largest of our topics allows 16 MiB
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "broker.session.timeout.ms": "1500",  # so that it comes back from kill -9 in seconds
    "broker.heartbeat.interval.ms": "300",
    "message.max.bytes": str(MESSAGE_BYTES),
    "replica.fetch.max.bytes": str(MESSAGE_BYTES),
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "log.index.size.max.bytes": str(1024 * 1024),
}


class KafkaServer:
    """Ended with the block. `stop`, `kill` and `pause` break it; `start` brings it back to its port and its data."""

    def __init__(self, eager: bool = False, proxy_port: int | None = None, joins: KafkaServer | None = None) -> None:
        """An eager broker is up in half the time, and slower under load: for tests, not for measuring.

        With the port of a proxy the broker has a second address, `behind_proxy`: whom the proxy brings there is told to
        come by the proxy again. One that joins another is the second node of its cluster, and no controller.
        """
        java = program("java", "openjdk-17-jre-headless")
        jars = f"{kafka_jars()}/*"
        formatted = _formatted(java, jars)
        port = free_port()
        self._controller: str = joins._controller if joins else f"127.0.0.1:{free_port()}"
        self.bootstrap = f"127.0.0.1:{port}"
        self.behind_proxy = free_port()
        self._temporary = tempfile.TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True)
        folder = Path(self._temporary.name)
        proxied = (self.behind_proxy, proxy_port) if proxy_port else None
        properties = _write(folder, self.bootstrap, self._controller, proxied, second=joins is not None)
        for name, content in (_of_second_node(formatted) if joins else formatted).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        command = [java, HEAP, *([EAGER] if eager else []), "-cp", jars, "kafka.Kafka", str(properties)]
        self._process = ServerProcess(command, folder / "kafka.log", self._answers, START_TIMEOUT_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()  # nobody needs its data any more
        self._temporary.cleanup()

    def start(self) -> None:
        """Returns when it answers."""
        self._process.start()

    def stop(self) -> None:
        """As an operator would, with SIGTERM."""
        self._process.stop()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze: connections stay open, nothing answers."""
        self._process.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._process.resume()

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._process.log

    def _answers(self) -> bool:
        host, port = self.bootstrap.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        client = _admin(self.bootstrap)
        if client is None:
            return False
        try:
            return bool(client.describe_cluster()["brokers"])
        except (KafkaError, OSError):
            return False
        finally:
            client.close()


def _admin(bootstrap: str) -> Any:
    """None while it is not yet ready to answer."""
    try:
        return KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000, bootstrap_timeout_ms=5_000)
    except (KafkaError, OSError):
        return None


def _write(
    folder: Path, broker: str, controller: str, proxied: tuple[int, int] | None = None, second: bool = False
) -> Path:
    here, told = (f",PROXIED://127.0.0.1:{port}" for port in proxied) if proxied else ("", "")
    controls = "" if second else f",CONTROLLER://{controller}"
    addresses = {
        **({"process.roles": "broker", "node.id": "2"} if second else {}),
        "listeners": f"PLAINTEXT://{broker}{controls}{here}",
        "advertised.listeners": f"PLAINTEXT://{broker}{told}",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": str(folder / "data"),
    }
    path = folder / "server.properties"
    path.write_text("".join(f"{name}={value}\n" for name, value in {**SETTINGS, **addresses}.items()))
    return path


def _of_second_node(formatted: dict[str, bytes]) -> dict[str, bytes]:
    """The same files for node 2: a folder says whose it is."""
    meta = next(name for name in formatted if name.endswith("meta.properties"))
    lines = [line for line in formatted[meta].decode().splitlines() if not line.startswith(("node.id", "directory.id"))]
    return {**formatted, meta: "\n".join([*lines, "node.id=2", f"directory.id={_new_id()}", ""]).encode()}


def _new_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


@cache
def _formatted(java: str, jars: str) -> dict[str, bytes]:
    """The files of an empty data folder. They name no address, so one is enough for all brokers of a run."""
    identity = _new_id()
    with tempfile.TemporaryDirectory(prefix="kafka-") as name:
        properties = _write(Path(name), "127.0.0.1:9092", "127.0.0.1:9093")
        command = [java, EAGER, "-cp", jars, "kafka.tools.StorageTool", "format", "--config", str(properties)]
        done = subprocess.run([*command, f"--cluster-id={identity}"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Kafka cannot make its data folder: {done.stdout}{done.stderr}")
        files = [path for path in (Path(name) / "data").rglob("*") if path.is_file()]
        return {str(path.relative_to(name)): path.read_bytes() for path in files}
