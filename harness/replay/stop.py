"""When a run ends before its time: budget, error rate, refused key."""

from collections import Counter, deque
from collections.abc import Mapping

from harness.domain.observation import Arm, CallError, Observation
from harness.errors import RunStopped
from harness.replay.settings import ReplaySettings

_WINDOW = 5  # windows of the error rate, in units of min_calls_before_stop
_LONGEST_REASON = 300
# Sent again when a run is continued, though most likely in vain: a prompt that is refused stays so.
_REPEATING = frozenset({"refused", "malformed"})


class StopRule:
    """Judges every call before it is sent and after it has ended.

    Args:
        settings: Budget and error rate of the run.
        names: What messages call each arm.
    """

    def __init__(self, settings: ReplaySettings, names: Mapping[Arm, str]) -> None:
        self._settings = settings
        self._spending = {arm: _Spending() for arm in names}
        self._recent = {arm: _Recent(settings, f"{arm} {name}") for arm, name in names.items()}

    def paid_earlier(self, arm: Arm, cost_usd: float | None) -> None:
        """Count a call that this run had paid before it was continued; one of unknown cost as the mean."""
        if cost_usd is None:
            self._spending[arm].uncounted += 1
        else:
            self._spending[arm].paid(cost_usd)

    def starting(self, arm: Arm) -> RunStopped | None:
        """Ask before an attempt is sent; it counts as in flight unless a reason comes back.

        The calls in flight are taken to cost the mean of those before them, so the budget is passed
        by no more than they differ from it.
        """
        budget = self._settings.budget_usd
        if budget is not None:
            spent = sum(spending.spent_usd for spending in self._spending.values())
            in_flight = sum(spending.reserved_usd for spending in self._spending.values())
            if spent + in_flight + self._spending[arm].mean_usd > budget or spent >= budget:
                return RunStopped(
                    f"the budget of ${budget:,.2f} is used up: ${spent:,.4f} spent"
                    + (f", about ${in_flight:,.4f} more in flight" if in_flight else ""),
                    "raise budget_usd",
                )
        self._spending[arm].in_flight += 1
        return None

    def ended(self, arm: Arm) -> None:
        """The attempt is no longer in flight."""
        self._spending[arm].in_flight -= 1

    def finished(
        self, observation: Observation, cost_usd: float | None, *, before: str | None = None
    ) -> RunStopped | None:
        """Take a call that has come to an end; a reason comes back where the run should stop.

        Args:
            observation: How it ended.
            cost_usd: What it cost or is taken to have cost; None where nothing was charged.
            before: Kind of the error it had come to before the run was continued, or None.
        """
        arm = observation.key.arm
        if cost_usd is not None:
            self._spending[arm].paid(cost_usd)
        outcome = observation.outcome
        if isinstance(outcome, CallError) and outcome.kind == before and before in _REPEATING:
            self._recent[arm].take_repeated(outcome)
            return None
        return self._recent[arm].take(outcome)

    def never_answered(self, arm: Arm) -> RunStopped | None:
        """Why a run is void in which every call of the arm failed, None where one was answered."""
        return self._recent[arm].all_failed()


class _Spending:
    """What an arm has spent and is about to spend."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.uncounted = 0
        self._known_usd = 0.0
        self._calls = 0

    def paid(self, cost_usd: float) -> None:
        self._known_usd += cost_usd
        self._calls += 1

    @property
    def spent_usd(self) -> float:
        return self._known_usd + self.uncounted * self.mean_usd

    @property
    def mean_usd(self) -> float:
        return self._known_usd / self._calls if self._calls else 0.0

    @property
    def reserved_usd(self) -> float:
        return self.in_flight * self.mean_usd


class _Recent:
    """The last calls of an arm, as failures."""

    def __init__(self, settings: ReplaySettings, name: str) -> None:
        self._name = name
        self._rate = settings.max_error_rate
        self._in_a_row = settings.min_calls_before_stop
        self._last: deque[CallError | None] = deque(maxlen=_WINDOW * self._in_a_row)
        self._failed = 0
        self._failed_in_a_row = 0
        self._repeated: CallError | None = None

    def take_repeated(self, error: CallError) -> None:
        """Take a call that failed as it had before: it tells nothing new of the arm.

        Else a run with many refused prompts could never be continued: they are all sent first.
        """
        self._repeated = _short(error)

    def take(self, outcome: object) -> RunStopped | None:
        error = outcome if isinstance(outcome, CallError) else None
        if error is not None and error.kind == "unauthorized":
            return RunStopped(f"{self._name}: the key is refused ({_reason(error)})", "check the key")
        if len(self._last) == self._last.maxlen and self._last[0] is not None:
            self._failed -= 1
        self._last.append(error and _short(error))
        self._failed += error is not None
        self._failed_in_a_row = 0 if error is None else self._failed_in_a_row + 1
        return self._judge()

    def all_failed(self) -> RunStopped | None:
        """The reason where all of the last calls failed; None without calls."""
        count = len(self._last)
        if self._rate >= 1.0 or self._failed < count:
            return None
        if not count and self._repeated is not None:
            return self._stopped(f"every call failed as before ({_reason(self._repeated)})")
        return self._hopeless(count, count) if count else None

    def _judge(self) -> RunStopped | None:
        if self._rate >= 1.0 or not self._failed:
            return None
        if self._failed_in_a_row >= self._in_a_row:
            return self._hopeless(self._in_a_row, self._in_a_row)
        if len(self._last) == self._last.maxlen and self._failed > self._rate * len(self._last):
            return self._hopeless(self._failed, len(self._last))
        return None

    def _hopeless(self, failed: int, of: int) -> RunStopped:
        errors = Counter(_reason(error) for error in list(self._last)[-of:] if error is not None)
        common, _ = errors.most_common(1)[0]
        return self._stopped(f"{failed} of the last {of} calls failed ({common})")

    def _stopped(self, what: str) -> RunStopped:
        hint = "mend the cause, or allow more with max_error_rate in [replay]"
        return RunStopped(f"{self._name}: {what}", hint)


def _short(error: CallError) -> CallError:
    """The error without what it carries of an answer, which is not needed here and may be large."""
    return CallError(kind=error.kind, message=error.message[:_LONGEST_REASON])


def _reason(error: CallError) -> str:
    return f"{error.kind}: {error.message}"[:_LONGEST_REASON]
