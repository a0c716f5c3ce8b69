"""Not too much of it."""

from workers.restraint.check import check_channel, check_inhibition, check_silence
from workers.restraint.digest import next_digest
from workers.restraint.group import Arrival, Due, Groups, Telling, group_named, group_of, labels_of
from workers.restraint.hushes import Hushes
from workers.restraint.inhibit import Hush, Inhibitions, hushed_by
from workers.restraint.passing import passes
from workers.restraint.quiet import quiet
from workers.restraint.silence import Silences, SilenceState, state_of, told_as
from workers.restraint.throttle import Buckets

__all__ = [
    "Arrival",
    "Buckets",
    "Due",
    "Groups",
    "Hush",
    "Hushes",
    "Inhibitions",
    "SilenceState",
    "Silences",
    "Telling",
    "check_channel",
    "check_inhibition",
    "check_silence",
    "group_named",
    "group_of",
    "hushed_by",
    "labels_of",
    "next_digest",
    "passes",
    "quiet",
    "state_of",
    "told_as",
]
