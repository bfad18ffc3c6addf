"""What has been decided about being ready for a shift, and about giving one away."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ReadyRules:
    """When people are asked whether they are ready; both are counted back from the start of the shift."""

    asks: bool = True
    tells_leaders: bool = True  # each working morning, of what is missing in the rota ahead
    first_ahead: timedelta = timedelta(hours=24)
    last_ahead: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SwapRules:
    """What it takes to swap a shift."""

    needs_approval: bool = False  # by a leader of the lending nämnd; never for a shift that runs already
