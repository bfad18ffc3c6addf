"""What the program is made of is not gone through by the garbage collector for every few texts."""

import gc
import sys

from bot.app import answer_first


class Knot:
    def __init__(self) -> None:
        self.me = self


def test_what_was_made_before_stands_and_what_comes_after_is_collected() -> None:
    before, usual = gc.get_freeze_count(), sys.getswitchinterval()
    kept = [Knot() for _ in range(1000)]
    answer_first()
    try:
        assert gc.get_freeze_count() >= before + len(kept)
        assert sys.getswitchinterval() < usual
        Knot()
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        sys.setswitchinterval(usual)
