"""THE ONLY ROOM THAT KNOWS KAFKA: faust is the frame, aiokafka carries much at once, kafka-python administers."""

from workers.streams.outbox import MemoryOutbox, Outbox

__all__ = ["MemoryOutbox", "Outbox"]
