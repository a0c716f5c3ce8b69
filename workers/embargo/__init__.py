"""What is held until its time has come."""

from workers.embargo.calendar import Calendar
from workers.embargo.hold import came_as, hold, is_release, let_go, named_by, release, version_held

__all__ = ["Calendar", "came_as", "hold", "is_release", "let_go", "named_by", "release", "version_held"]
