"""Where the answers of a run come from."""

from enum import StrEnum


class Mark(StrEnum):
    """Shown wherever a number of the run is shown."""

    SIMULATED = "SIMULATED"
    RECORDED = "RECORDED"
    LIVE = "LIVE"
