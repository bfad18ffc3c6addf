"""What services need from outside. The adapters in `storage`, `bot.slack` and `bot.sms` provide it.

A transaction (`Tx`) is handed to a plain function that runs to its end without waiting for anything: no
network call can take place inside it. The function is run again as a whole when the database asks for it,
so it must have no effect but its writes and its result.
"""

from bot.ports.clocks import DeadlineRepo, OwnerCount, PostedList, SummonsRepo
from bot.ports.conversations import (
    LOST,
    BackgroundRepo,
    Coded,
    ConversationRepo,
    Delivery,
    DigestRepo,
    EpisodeRepo,
    MessageRepo,
    NoteRepo,
    OutwardRepo,
    Spoken,
)
from bot.ports.duty import AbsenceRepo, ActiveTimeRepo, ReadyRepo, RotaRepo, ShiftRepo, SwapRepo
from bot.ports.edges import Audience, Calls, Chat, Sms
from bot.ports.inbox import InboxRepo, Incoming
from bot.ports.log import AuditLogRepo, AuditRepo, KeyRepo, ReviewRepo, SealRepo
from bot.ports.outbox import Outbound, OutboxRepo, Share
from bot.ports.people import ConsentRepo, PeopleRepo, StaffRepo
from bot.ports.posts import OpenView, Post, Posted, PostRepo, ViewRepo
from bot.ports.retention import ClocksKeptRepo, ErasingRepo, RetentionRepo, TakeOutRepo
from bot.ports.store import Store, T, Tx
from bot.ports.watch import EscalationRepo, IncidentRepo, PhoneCallRepo, ReserveRepo, WatchRepo

__all__ = [
    "LOST",
    "AbsenceRepo",
    "ActiveTimeRepo",
    "Audience",
    "AuditLogRepo",
    "AuditRepo",
    "BackgroundRepo",
    "Calls",
    "Chat",
    "ClocksKeptRepo",
    "Coded",
    "ConsentRepo",
    "ConversationRepo",
    "DeadlineRepo",
    "Delivery",
    "DigestRepo",
    "EpisodeRepo",
    "ErasingRepo",
    "EscalationRepo",
    "InboxRepo",
    "IncidentRepo",
    "Incoming",
    "KeyRepo",
    "MessageRepo",
    "NoteRepo",
    "OpenView",
    "Outbound",
    "OutboxRepo",
    "OutwardRepo",
    "OwnerCount",
    "PeopleRepo",
    "PhoneCallRepo",
    "Post",
    "PostRepo",
    "Posted",
    "PostedList",
    "ReadyRepo",
    "ReserveRepo",
    "RetentionRepo",
    "ReviewRepo",
    "RotaRepo",
    "SealRepo",
    "Share",
    "ShiftRepo",
    "Sms",
    "Spoken",
    "StaffRepo",
    "Store",
    "SummonsRepo",
    "SwapRepo",
    "T",
    "TakeOutRepo",
    "Tx",
    "ViewRepo",
    "WatchRepo",
]
