"""What two runs need to know of a record to tell whether it is the same one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDigest:
    """Digests of the parts of a record, so that two runs can be compared without holding their texts.

    Attributes:
        record_id: The record.
        prompt: Of the system and developer messages.
        parameters: Of everything in the request that is no message.
        messages: Of all other messages: the input.
        expected: Of the expected answer; that of none differs from that of an empty one.
        cluster: What the record's cluster is called, None where it stands alone.
    """

    record_id: str
    prompt: bytes
    parameters: bytes
    messages: bytes
    expected: bytes
    cluster: str | None = None
