"""How long each kind of data is kept, and by whose decision: [retention]."""

from datetime import timedelta
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from bot.domain.ids import NamndId
from bot.domain.retention import OF_CONVERSATIONS, DataKind, RetentionRule, RetentionRules
from bot.settings.base import Strict

LOG_AT_LEAST: Final = 180


class KeptConfig(Strict):
    """One kind: kept so many days, by a decision of every nämnd, or of those that are named."""

    days: int = Field(ge=1, le=36600)
    decision: str | dict[str, str] = ""

    @field_validator("decision")
    @classmethod
    def _filled_in(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        if isinstance(value, dict) and not all(reference.strip() for reference in value.values()):
            raise ValueError("har en nämnd utan beteckning; ta bort raden så länge inget är beslutat")
        return value

    def rule(self, namnder: set[str]) -> RetentionRule:
        """Return the same as the domain works with."""
        given = self.decision if isinstance(self.decision, dict) else dict.fromkeys(namnder, self.decision)
        decisions = {NamndId(key): reference.strip() for key, reference in given.items() if reference.strip()}
        return RetentionRule(timedelta(days=self.days), decisions)


class RetentionConfig(Strict):
    """Gallring. What is not there is never deleted."""

    inbox: KeptConfig | None = None
    conversations: KeptConfig | None = None
    unknown_numbers: KeptConfig | None = None
    ended_youths: KeptConfig | None = None
    handovers: KeptConfig | None = None
    slack_posts: KeptConfig | None = None
    summonses: KeptConfig | None = None
    clocks: KeptConfig | None = None
    provider_texts: KeptConfig | None = None
    audit_log: KeptConfig | None = None

    def of(self, kind: DataKind) -> KeptConfig | None:
        found: KeptConfig | None = getattr(self, kind.value)
        return found

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """What was written stands in the raw payloads too, and the coded rows tell of what was written."""
        for kind in (*OF_CONVERSATIONS, DataKind.SUMMONSES):
            kept = self.of(kind)
            if kept is None or not kept.decision:
                continue
            if self.inbox is None or not self.inbox.decision or self.inbox.days > kept.days:
                raise ValueError(f"{kind.value} kräver att inbox har ett beslut och gallras minst lika snart")
            if kind in OF_CONVERSATIONS and self.handovers is not None and self.handovers.days < kept.days:
                raise ValueError(f"handovers gallras före {kind.value}; ge handovers minst lika många dagar")
        return self

    @model_validator(mode="after")
    def _clocks_last(self) -> Self:
        """A clock's case stands in our posts too, and what was written with the family hangs on it."""
        if self.clocks is None or not self.clocks.decision:
            return self
        for key, kept in (("summonses", self.summonses), ("slack_posts", self.slack_posts)):
            if kept is None or not kept.decision or kept.days > self.clocks.days:
                raise ValueError(f"clocks kräver att {key} har ett beslut och gallras minst lika snart")
        return self

    @model_validator(mode="after")
    def _log_outlives_its_review(self) -> Self:
        """A month is looked at in the next one, and leaders are reminded for a while."""
        if self.audit_log is not None and self.audit_log.days < LOG_AT_LEAST:
            raise ValueError(f"audit_log måste sparas minst {LOG_AT_LEAST} dagar, så att loggen hinner granskas")
        return self

    def rules(self, namnder: set[str]) -> RetentionRules:
        """Return the same as the domain works with."""
        kept = {kind: self.of(kind) for kind in DataKind}
        return RetentionRules({kind: found.rule(namnder) for kind, found in kept.items() if found is not None})

    def strangers(self, namnder: set[str]) -> set[str]:
        """Return the nämnder that are named and do not exist."""
        named = [found.decision for kind in DataKind if (found := self.of(kind)) is not None]
        return {key for decision in named if isinstance(decision, dict) for key in decision} - namnder

    def soonest(self) -> int | None:
        """Return after how many days a conversation is deleted at the earliest; None when none ever is."""
        kinds = (*OF_CONVERSATIONS, DataKind.SUMMONSES)
        found = [kept.days for kind in kinds if (kept := self.of(kind)) is not None and kept.decision]
        return min(found, default=None)
