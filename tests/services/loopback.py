"""What a sender of the tests may send to: this machine, at any port, with TLS or without."""

from __future__ import annotations

from ipaddress import ip_network

from workers.delivery.guard import Policy

LOOPBACK = Policy(schemes={"http", "https"}, ports=range(1, 65_536), networks=(ip_network("127.0.0.0/8"),))
