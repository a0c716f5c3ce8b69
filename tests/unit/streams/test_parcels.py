"""Messages go to the partitions that other clients of Kafka choose."""

from __future__ import annotations

from random import Random

from aiokafka.partitioner import murmur2

from workers.streams.parcels import hashed


def test_keys_are_hashed_as_other_clients_hash_them() -> None:
    random = Random(1)
    for length in range(200):
        for key in (random.randbytes(length), b"\xff" * length, bytes(length)):
            assert hashed(key) == murmur2(key) & 0x7FFFFFFF
