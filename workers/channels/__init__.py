"""To whom."""

from workers.channels.book import ChannelBook
from workers.channels.route import Route, route

__all__ = ["ChannelBook", "Route", "route"]
