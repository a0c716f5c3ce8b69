"""Redis that dies, forgets, is slow, refuses, is full."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import redis as redis_client

from tests.chaos.fault import REDIS, Cost, Fault
from tests.chaos.scene import Scene
from tests.services.ports import free_port

FILLERS = 2_000
LOADING = ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")  # microseconds a key: 2 s


def killed(scene: Scene) -> None:
    """kill -9, away for some time, back."""
    scene.blow_to_all(2)
    scene.redis.kill()
    scene.pass_some(0.2, 2)
    scene.redis.start()


def flushed(scene: Scene) -> None:
    """FLUSHALL, twice."""
    for _ in range(2):
        scene.redis.flush()
        scene.pass_some(0.2, 1)


def rewound(scene: Scene) -> None:
    """Back to an earlier state, as after a failover to a replica that lagged: what came since was never known."""
    scene.blow_to_all(2)
    with scene.store() as client:
        client.save()
    scene.pass_some(0.5, 2)
    scene.redis.kill()
    scene.redis.start()


def evicting(scene: Scene) -> None:
    """Against all advice: full, and free to forget whatever it likes."""
    with scene.store() as client:
        client.config_set("maxmemory-policy", "allkeys-random")
        client.config_set("maxmemory", client.info("memory")["used_memory"])
        scene.pass_some(1, 2.5)
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


def paused(scene: Scene) -> None:
    """CLIENT PAUSE beyond what is waited for."""
    scene.blow_to_all(3)
    with scene.store() as client:
        client.client_pause(timeout=int(scene.chance.uniform(1500, 3000)), all=True)
        client.ping()  # answered when it is over


def read_only(scene: Scene) -> None:
    """A replica of nobody, then a primary again."""
    scene.blow_to_all(2)
    with scene.store() as client:
        client.replicaof("127.0.0.1", free_port())
        scene.pass_some(1, 2.5)
        client.replicaof("NO", "ONE")


def full(scene: Scene) -> None:
    """maxmemory is one byte."""
    scene.blow_to_all(2)
    with scene.store() as client:
        client.config_set("maxmemory", 1)
        scene.pass_some(1, 2.5)
        client.config_set("maxmemory", 0)


def scripts_forgotten(scene: Scene) -> None:
    """SCRIPT FLUSH, many times."""
    with scene.store() as client:
        for _ in range(30):
            client.script_flush()
            scene.pass_s(0.05)


def loading(scene: Scene) -> None:
    """Killed, and slow to load what it kept: -LOADING to all who ask meanwhile."""
    scene.blow_to_all(3)
    with scene.store() as client:
        client.mset({f"filler:{number}": "x" * 100 for number in range(FILLERS)})
        client.bgrewriteaof()
        scene.until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], 10)
    scene.redis.kill()
    scene.redis.start(*LOADING)


def disk_full(scene: Scene) -> None:
    """The AOF cannot grow: Redis takes no writes (MISCONF) until it can again."""
    scene.blow_to_all(2)
    with scene.store() as client:
        client.config_set("appendfsync", "everysec")  # with `always` it would end
        scene.pass_s(0.1)
        _bound_files(scene)
        refused_s = scene.until(lambda: not _takes_writes(client), 10)
        assert refused_s is not None, "Redis went on writing"
        scene.pass_some(1, 2)
        _bound_files(scene, bound=False)
        scene.until(lambda: _takes_writes(client), 10)


def disk_full_to_the_end(scene: Scene) -> None:
    """The AOF cannot grow, with fsync for each write: Redis ends itself, and is started when there is room."""
    scene.blow_to_all(2)
    pid = scene.redis.pid
    _bound_files(scene)
    ended_s = scene.until(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid), 10)
    assert ended_s is not None, "Redis went on writing"
    scene.redis.kill()
    scene.pass_some(0, 1)
    scene.redis.start()


def _is_zombie(pid: int | None) -> bool:
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def _bound_files(scene: Scene, bound: bool = True) -> None:
    """No file of Redis may grow beyond what its largest has now; or as it will."""
    assert scene.redis.pid is not None
    files = [path for path in Path(scene.redis.folder.name).rglob("*.aof") if path.is_file()]
    size = max(path.stat().st_size for path in files) if bound else resource.RLIM_INFINITY
    _, hard = resource.prlimit(scene.redis.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(scene.redis.pid, resource.RLIMIT_FSIZE, (size, hard))


def _takes_writes(client: redis_client.Redis) -> bool:
    try:
        client.set("filler:probe", time.monotonic())
    except redis_client.RedisError:
        return False
    return True


def slow_link(scene: Scene) -> None:
    """Each piece takes a while either way, less than what is waited for."""
    scene.redis_proxy.slow(scene.chance.uniform(0.05, 0.2))
    scene.pass_some(1.5, 3)
    scene.redis_proxy.slow(0)


def half_open(scene: Scene) -> None:
    """Connections stay open, and nothing gets through."""
    scene.blow_to_all(3)
    scene.redis_proxy.freeze()
    scene.pass_some(1.5, 3)
    scene.redis_proxy.thaw()


def through(change: Callable[[Scene], None], times: int, wait_s: float) -> Callable[[Scene], None]:
    """Something done to the proxy, some times."""

    def strike(scene: Scene) -> None:
        for _ in range(times):
            scene.blow_to_all()
            change(scene)
            scene.pass_s(scene.chance.uniform(0, wait_s))

    return strike


PROXY = frozenset({REDIS})
FAULTS = (
    Fault("redis-kill", "kill -9 of a Redis that keeps nothing; it comes back empty", Cost.MEMORY, killed),
    Fault("redis-kill-aof", "kill -9 of a Redis with an AOF; it comes back", Cost.BATCH, killed, keeps=True),
    Fault("redis-flushall", "FLUSHALL, twice", Cost.MEMORY, flushed),
    Fault("redis-rewind", "Redis comes back with what it knew 0.5 to 2 s before", Cost.MEMORY, rewound),
    Fault("redis-evict", "maxmemory reached under allkeys-random: keys are forgotten", Cost.EVICTION, evicting),
    Fault("redis-pause", "CLIENT PAUSE for longer than the socket timeout", Cost.BATCH, paused),
    Fault("redis-read-only", "Redis becomes a replica (READONLY), and a primary again", Cost.BATCH, read_only),
    Fault("redis-full", "maxmemory reached under noeviction (OOM), then raised", Cost.BATCH, full),
    Fault("redis-noscript", "SCRIPT FLUSH, thirty times", Cost.NOTHING, scripts_forgotten, mild=True),
    Fault("redis-loading", "kill -9, and two seconds of LOADING when it is back", Cost.BATCH, loading, keeps=True),
    Fault("redis-disk-full", "the AOF cannot grow (MISCONF), then it can", Cost.BATCH, disk_full, keeps=True),
    Fault(
        "redis-disk-full-end",
        "the AOF cannot grow under appendfsync always: Redis ends, and is started",
        Cost.BATCH,
        disk_full_to_the_end,
        keeps=True,
    ),
    Fault(
        "redis-slow-link",
        "50 to 200 ms each way to Redis, by the proxy",
        Cost.NOTHING,
        slow_link,
        through=PROXY,
        mild=True,
    ),
    Fault(
        "redis-half-open",
        "no byte to or from Redis for 1.5 to 3 s, nothing closed",
        Cost.BATCH,
        half_open,
        through=PROXY,
    ),
    Fault(
        "redis-forgotten",
        "connections to Redis that stay open and silent for ever; new ones work",
        Cost.BATCH,
        through(lambda scene: scene.redis_proxy.strand(), 2, 2),
        through=PROXY,
    ),
    Fault(
        "redis-cut",
        "all connections to Redis reset, five times",
        Cost.BATCH,
        through(lambda scene: scene.redis_proxy.cut(), 5, 0.5),
        through=PROXY,
    ),
)
