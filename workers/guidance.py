"""What a deliver worker goes by: channels, silences and inhibitions, as they stand on their topics."""

from __future__ import annotations

from schemas import Channel, Inhibition, Silence
from schemas.envelope import Incoming
from workers.records import read
from workers.restraint import Inhibitions, Silences, check_channel, check_inhibition, check_silence


class Guidance:
    """The living sets."""

    def __init__(self, max_bytes: int) -> None:
        self.channels: dict[str, Channel] = {}
        self.silences = Silences()
        self.inhibitions = Inhibitions()
        self._max_bytes = max_bytes

    def keep(self, record: Incoming) -> str | None:
        """Apply a record; hands back the channel that it changes, if it does. Raises Refused, and changes nothing."""
        key = (record.key or b"").decode("utf-8", "replace")
        if record.topic == "channels":
            self._keep_channel(key, record.value)
            return key
        if record.topic == "silences":
            self._keep_silence(key, record.value)
        else:
            self._keep_inhibition(key, record.value)
        return None

    def _keep_channel(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.channels.pop(key, None)
            return
        channel = read(Channel, "channel", value, self._max_bytes)
        check_channel(channel)
        self.channels[key] = channel

    def _keep_silence(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.silences.drop(key)
            return
        silence = read(Silence, "silence", value, self._max_bytes)
        check_silence(silence)
        self.silences.put(silence)

    def _keep_inhibition(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.inhibitions.drop(key)
            return
        inhibition = read(Inhibition, "inhibition", value, self._max_bytes)
        check_inhibition(inhibition)
        self.inhibitions.put(inhibition)
