"""A code by sms shows that the phone on file is where it should be: with the person whose it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import StaffId

CODE_FOR: Final = timedelta(minutes=10)  # from when it is texted
MOST_TRIES: Final = 5  # then the code is dead, and another must be asked for
AGAIN_AFTER: Final = timedelta(minutes=1)
MOST_A_DAY: Final = 6  # codes for one person: with five tries each, thirty guesses of a million
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """The newest code that was texted to somebody. World time; of the code itself only a slow hash is kept.

    `number_key` stands for the number that it went to: with another number on file since, it proves nothing.
    """

    staff_id: StaffId
    number_key: str
    code_hash: bytes
    made_at: datetime
    failures: int = 0

    def may_be_tried(self, now: datetime, number_key: str) -> bool:
        return now - self.made_at < CODE_FOR and self.failures < MOST_TRIES and self.number_key == number_key
