"""When age and consent are asked about again, and what counts as a wish for no more sms: [consent]."""

from pydantic import Field, field_validator

from bot.domain.consent import ConsentRules
from bot.settings.base import Strict
from bot.texts.wish_words import START_WORDS, STOP_WORDS


class ConsentConfig(Strict):
    """A language under `stop_words` or `start_words` replaces our list."""

    review_months: int = Field(6, ge=1, le=24)
    stop_words: dict[str, list[str]] = Field(default_factory=dict)
    start_words: dict[str, list[str]] = Field(default_factory=dict)

    @field_validator("stop_words", "start_words")
    @classmethod
    def _can_be_found(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        unknown = set(value) - set(STOP_WORDS)
        if unknown:
            raise ValueError(f"har okända språk: {', '.join(sorted(unknown))}. Det finns: {', '.join(STOP_WORDS)}")
        empty = [language for language, words in value.items() if not all(word.strip() for word in words)]
        if empty:
            raise ValueError(f"har ett tomt ord under {', '.join(empty)}")
        return value

    def rules(self) -> ConsentRules:
        """Return the same as the domain works with."""
        return ConsentRules(
            review_months=self.review_months,
            stop_words={**STOP_WORDS, **{language: tuple(words) for language, words in self.stop_words.items()}},
            start_words={**START_WORDS, **{language: tuple(words) for language, words in self.start_words.items()}},
        )
