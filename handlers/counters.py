"""What is counted at the door. Labels are route templates and codes, never a person's."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from handlers.measures import QUICK


class Counters:
    """One set per application, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.bad_signatures = Counter(
            "beredskap_bad_signatures", "Webhooks that were not signed as they should be", ["route"], registry=registry
        )
        self.received = Counter(
            "beredskap_webhooks", "Webhooks stored, new or repeated", ["route", "is_new"], registry=registry
        )
        self.not_stored = Counter(
            "beredskap_webhooks_not_stored", "Webhooks answered 503", ["route"], registry=registry
        )
        self.storing = Histogram(
            "beredskap_webhook_seconds",
            "From a webhook has been read and found genuine until it is answered",
            ["route"],
            buckets=QUICK,
            registry=registry,
        )
        self.refused = Counter(
            "beredskap_refused_at_edge",
            "Requests refused for where they came from, their body, or how often they were wrong",
            ["why"],
            registry=registry,
        )
        self.foreign = Counter(
            "beredskap_foreign_slack", "Slack requests from another workspace or app", [], registry=registry
        )
