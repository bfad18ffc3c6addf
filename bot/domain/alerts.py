"""What a human must act on. It is told once, and again when it is over; the words are in `bot/texts/alerts.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class AlertCode(str, Enum):
    """Each is a heading in docs/drift.md, with what to do at 03.00."""

    SLACK_AWAY = "slack_away"  # what should reach people in Slack does not
    SLACK_REFUSES = "slack_refuses"  # token, scopes: nothing leaves until somebody mends it
    SMS_AWAY = "sms_away"  # texts to families wait because the provider does not answer
    SMS_REFUSES = "sms_refuses"  # not logged in, suspended, number or settings wrong
    UNCERTAIN = "uncertain"  # many sends at once that may or may not have gone out
    WAITING_IN = "waiting_in"  # something has waited too long in the inbox
    WAITING_OUT = "waiting_out"  # the same in the outbox, and the other side is not to blame
    PARKED = "parked"  # a bug of ours: a row that our code could not digest
    MISSED_WEBHOOKS = "missed_webhooks"  # found in the provider's list: the webhook had failed
    RECONCILE = "reconcile"  # the provider's list has not been compared with ours for too long
    TICK = "tick"  # a tick does not do its work
    SETTINGS_DIFFER = "settings_differ"  # two instances run with different settings
    INSTANCE_LOST = "instance_lost"  # an instance has gone without saying goodbye, and none has come in its place
    RESTARTS = "restarts"  # instances go that way again and again
    NOBODY_REACHED = "nobody_reached"  # a conversation, a handover or clocks were put before nobody
    NOBODY_ON_RUNG = "nobody_on_rung"  # the escalation passed over a rung that nobody stands on
    NO_LEADER = "no_leader"  # what should have gone to a leader went to the team's channel
    BAD_SIGNATURES = "bad_signatures"
    STOPPED = "stopped"  # a nödstopp holds back all content, until a leader lifts it
    DECISION_ENDS = "decision_ends"  # a decision that lets us run has ended, or is to be looked at again soon
    CHANNEL_OPEN = "channel_open"  # others than our own can read a channel in which we were to post


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is so now, and that a human must act on. `key` tells it from others of its code."""

    code: AlertCode
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to act on. `key` tells it from others of its code; `values` are ids and counts, never a person's."""

    id: int
    key: str
    code: AlertCode
    values: Mapping[str, str]
    opened_at: datetime
    closed_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Instance:
    """One running process. Wire time."""

    id: str
    started_at: datetime
    seen_at: datetime
    version: str
    settings_hash: str
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TickRun:
    """When a tick last did its work to the end, in any instance; wire time."""

    name: str
    ran_at: datetime
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertNotice:
    """What the alert channel is shown of one alert."""

    code: AlertCode
    values: tuple[tuple[str, str], ...]
    opened_at: datetime
    closed_at: datetime | None
    is_trial: bool = False
    is_back: bool = False  # the alert waited for what it is about: that it can be read shows that this works again
