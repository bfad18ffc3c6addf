"""What happens in the beredskap and before it: [wait], [escalation], [ready] and [swap]."""

from datetime import timedelta

from pydantic import Field, field_validator

from bot.domain.escalation import EscalationRules
from bot.domain.ready_rules import ReadyRules, SwapRules
from bot.settings.base import Strict
from bot.texts.urgent_words import URGENT_WORDS


class WaitConfig(Strict):
    """How long things may wait, in minutes (reopen in days)."""

    untaken_minutes: int = Field(15, ge=1, le=240)
    ping_again_minutes: int = Field(5, ge=1, le=120)
    reopen_days: int = Field(7, ge=0, le=90)
    sms_validity_minutes: int = Field(60, ge=1, le=600)
    uncertain_look_seconds: float = Field(60.0, gt=0, le=600)
    reserve_minutes: float = Field(3.0, gt=0, le=60)


class EscalationConfig(Strict):
    """What is done when nobody acknowledges, in minutes: [escalation]. A language under `words` replaces our list."""

    on: bool = True
    acknowledge_minutes: int = Field(5, ge=1, le=60)
    call_after_minutes: int = Field(3, ge=1, le=10)
    backup_after_minutes: int = Field(3, ge=1, le=60)
    leader_after_minutes: int = Field(4, ge=1, le=60)
    round_after_minutes: int = Field(5, ge=1, le=60)
    rounds: int = Field(3, ge=1, le=3)
    leader_every_minutes: int = Field(60, ge=15, le=240)
    remind_minutes: int = Field(20, ge=5, le=240)
    words: dict[str, list[str]] = Field(default_factory=dict)

    @field_validator("words")
    @classmethod
    def _can_be_found(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        unknown = set(value) - set(URGENT_WORDS)
        if unknown:
            raise ValueError(f"har okända språk: {', '.join(sorted(unknown))}. Det finns: {', '.join(URGENT_WORDS)}")
        empty = [language for language, words in value.items() if not all(word.strip() for word in words)]
        if empty:
            raise ValueError(f"har ett tomt ord under {', '.join(empty)}")
        return value

    def rules(self) -> EscalationRules:
        """Return the same as the domain works with."""
        return EscalationRules(
            is_on=self.on,
            acknowledge_within=timedelta(minutes=self.acknowledge_minutes),
            call_after=timedelta(minutes=self.call_after_minutes),
            backup_after=timedelta(minutes=self.backup_after_minutes),
            leader_after=timedelta(minutes=self.leader_after_minutes),
            round_after=timedelta(minutes=self.round_after_minutes),
            rounds=self.rounds,
            leader_every=timedelta(minutes=self.leader_every_minutes),
            remind_after=timedelta(minutes=self.remind_minutes),
            words={**URGENT_WORDS, **{language: tuple(words) for language, words in self.words.items()}},
        )


class ReadyConfig(Strict):
    """Whether people are asked if they are ready, and leaders told of what is missing ahead: [ready]."""

    ask: bool = True
    tell_leaders: bool = True
    first_hours: int = Field(24, ge=2, le=72)  # before the shift
    last_minutes: int = Field(60, ge=10, le=120)

    def rules(self) -> ReadyRules:
        """Return the same as the domain works with."""
        return ReadyRules(
            asks=self.ask,
            tells_leaders=self.tell_leaders,
            first_ahead=timedelta(hours=self.first_hours),
            last_ahead=timedelta(minutes=self.last_minutes),
        )


class SwapConfig(Strict):
    """What it takes to swap a shift: [swap]."""

    needs_approval: bool = False

    def rules(self) -> SwapRules:
        """Return the same as the domain works with."""
        return SwapRules(needs_approval=self.needs_approval)
