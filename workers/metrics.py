"""What a worker counts, for Prometheus. The names are the documentation."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from workers.tally import Tally


class Metrics:
    """The counters and gauges of one worker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.articles = Counter(
            "wirewatch_articles", "Article records whose offsets this worker committed", registry=registry
        )
        self.matches = Counter("wirewatch_matches", "Articles times rules that said yes", registry=registry)
        self.alerts = Counter("wirewatch_alerts", "Alerts acknowledged by the broker", registry=registry)
        self.following = Counter(
            "wirewatch_alerts_following",
            "Those of the alerts that follow on one: updated, corrected, retracted",
            ["kind"],
            registry=registry,
        )
        self.held = Counter("wirewatch_held", "Matches that became no alert", ["reason"], registry=registry)
        self.letters = Counter("wirewatch_dead_letters", "Messages put aside", ["topic", "reason"], registry=registry)
        self.rules = Gauge("wirewatch_rules", "Rules that can be read", registry=registry)
        self.unapplied = Gauge(
            "wirewatch_rules_refused",
            "Keys of rules, lists and channels whose latest record was refused",
            registry=registry,
        )
        self.ready = Gauge("wirewatch_ready", "1 when the worker is ready", registry=registry)
        self.dispatched = Counter("wirewatch_dispatched", "Alerts put to their channels", registry=registry)
        self.attempts = Counter(
            "wirewatch_attempts", "Attempts to deliver, by how they ended", ["outcome"], registry=registry
        )
        self.pending = Gauge(
            "wirewatch_deliveries_pending", "Notifications that wait, each for each endpoint", registry=registry
        )
        self.lag = Gauge(
            "wirewatch_lag", "Article records of this worker's partitions that are not committed yet", registry=registry
        )

    def told(self, tally: Tally) -> None:
        """Count what came of a batch; one that repeats counts again. Its articles count when they are committed."""
        self.matches.inc(tally.matches)
        self.alerts.inc(tally.alerts)
        for kind, number in tally.following.items():
            self.following.labels(kind).inc(number)
        for reason, number in tally.held.items():
            self.held.labels(reason).inc(number)
        for refusal, number in tally.letters.items():
            self.letters.labels("articles", refusal).inc(number)
