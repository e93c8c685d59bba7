"""What is said to a model and what it says back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation; `text` joins the text parts of the content."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A chat-completions body as production sent it, every parameter kept.

    Attributes:
        body: The JSON object; `messages` is a list of objects with a `role`.
    """

    body: JsonObject

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation, with content parts that are not text left out."""
        return tuple(
            Message(role=str(message.get("role", "")), text=_text(message.get("content")))
            for message in self.body.get("messages", ())
        )

    @property
    def model(self) -> str | None:
        """The model production asked for, if the body names one."""
        model = self.body.get("model")
        return model if isinstance(model, str) else None


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function the model asks for; `arguments` is the JSON text it wrote, valid or not."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model said.

    Attributes:
        text: The content, None where the model sent none ("" is an empty answer).
        tool_calls: Functions it asked for, in order.
        refusal: The refusal text of structured output, else None.
    """

    text: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is neither text nor tool call nor refusal."""
        return not (self.text and self.text.strip()) and not self.tool_calls and not self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider counted them; None is unknown, never 0.

    `cached_tokens` is a part of `input_tokens`, `reasoning_tokens` a part of `output_tokens`
    (OpenAI's meaning; dialects that count otherwise convert to it).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer with what the provider said about it.

    Attributes:
        model: The name the server reports, often dated.
        system_fingerprint: The server's build as it names it; the sandbox says SIMULATED or RECORDED here.
        finish_reason: In OpenAI's words: stop, length, tool_calls, content_filter, …
    """

    answer: Answer
    usage: Usage = Usage()
    finish_reason: str | None = None
    model: str | None = None
    id: str | None = None
    system_fingerprint: str | None = None
