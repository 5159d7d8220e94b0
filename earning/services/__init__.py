"""Named writes, by topic: rules and their versions, events that come in, events that waited or were cancelled, files of events."""

from earning.services.awarding import IssuancePaused
from earning.services.cancelling import Cancelled, cancel_event
from earning.services.merging import carry_day_uses
from earning.services.recording import EventOutcome, record_events, take_events
from earning.services.rules import activate_version, add_version, change_rule, change_version, make_rule
from earning.services.waiting import PausedEventsLeft, WaitingEventsLeft, post_paused, post_waiting

__all__ = [
    "Cancelled",
    "EventOutcome",
    "IssuancePaused",
    "PausedEventsLeft",
    "WaitingEventsLeft",
    "activate_version",
    "add_version",
    "cancel_event",
    "carry_day_uses",
    "change_rule",
    "change_version",
    "make_rule",
    "post_paused",
    "post_waiting",
    "record_events",
    "take_events",
]
