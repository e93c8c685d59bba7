"""What the report is told about the run besides the analysis."""

from dataclasses import dataclass

from harness.domain.mark import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFacts:
    """One arm as it was configured.

    Attributes:
        model: The name sent to the endpoint.
        endpoint: Its base URL.
        recorded: Whether the arm's answers are those recorded in production (it was not called).
        mark: Where its answers come from.
        price: Price and where it comes from, as one sentence; "" where it is unknown.
    """

    model: str
    provider: str
    endpoint: str = ""
    recorded: bool = False
    price: str = ""
    mark: Mark = Mark.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """The run as its manifest tells it.

    Attributes:
        dataset_sha256: Hex digest of the dataset's records, "" where it is unknown.
        unit: What one record is, in the singular, such as "invoice".
        date: When the run was made, in ISO form; shown as it is.
        planned: Records in the dataset; None where that is unknown.
        note: What the dataset's owner says a reader must know, or "".
        stopped: Why the run ended early, as one sentence without a full stop; "" where it did not.
        method: Rows of the method table (settings, hashes, seed, versions), name and value.
        command: The command that repeats the run, or "".
        tokens_per_month: Volume of the workload, both directions; None where nobody said.
        ttft_limit_s: Longest acceptable time to first token in seconds; None where nobody said.
    """

    dataset: str
    mark: Mark
    run_id: str
    date: str
    incumbent: ArmFacts
    candidate: ArmFacts
    dataset_sha256: str = ""
    unit: str = "record"
    planned: int | None = None
    note: str = ""
    stopped: str = ""
    method: tuple[tuple[str, str], ...] = ()
    command: str = ""
    tokens_per_month: int | None = None
    ttft_limit_s: float | None = None
