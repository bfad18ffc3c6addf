"""A pretend Slack that speaks Slack's own protocols and keeps its limits. See docs/sandbox.md."""

from .errors import ControlError
from .faults import SlackFaults
from .pretend import PretendSlack
from .recorder import Record, Recorder

__all__ = ["ControlError", "PretendSlack", "Record", "Recorder", "SlackFaults"]
