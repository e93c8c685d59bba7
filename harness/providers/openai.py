"""OpenAI chat completions, as OpenAI and the servers that imitate it speak it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from harness.domain.chat import Answer, ChatRequest, JsonObject, Response, ToolCall, Usage
from harness.errors import Malformed, ProviderError, TruncatedStream
from harness.providers.base import HttpCall
from harness.providers.openai_errors import error_inside, error_of
from harness.providers.wire import count_of, dump_json, mapping_of, parse_json, text_of, well_formed

_ABORTED = {"error", "abort"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIDialect:
    """The chat completions format.

    Attributes:
        key_header: `authorization` sends the key as a bearer token; another name sends it bare.
    """

    key_header: str = "authorization"

    def encode(self, request: ChatRequest, *, base_url: str, model: str, stream: bool) -> HttpCall:
        """The recorded body with every parameter kept but the model and how the answer travels."""
        body = {**request.body, "model": model}
        options = body.pop("stream_options", None)
        body.pop("stream", None)
        if stream:
            body["stream"] = True
            body["stream_options"] = {**mapping_of(options), "include_usage": True}
        url = f"{base_url.rstrip('/')}/chat/completions"
        data = dump_json(body)
        fingerprint = blake2b(url.encode() + b"\0" + data, digest_size=16).hexdigest()
        return HttpCall(url=url, body=data, stream=stream, fingerprint=fingerprint)

    def authorize(self, key: str) -> Mapping[str, str]:
        """The header that carries the key."""
        return {self.key_header: f"Bearer {key}" if self.key_header == "authorization" else key}

    def decode(self, body: JsonObject) -> Response:
        """A whole answer.

        Raises:
            ProviderError: The body holds an error, or the server aborted the answer.
            Malformed: It has no choices.
        """
        error = error_inside(body)
        if error is not None:
            raise error
        choice = _first_choice(body)
        if choice is None:
            raise Malformed("the answer has no choices", http_status=200)
        message = mapping_of(choice.get("message"))
        response = Response(
            answer=Answer(
                text=content_text(message.get("content")),
                tool_calls=_tool_calls(message),
                refusal=text_of(message.get("refusal")),
            ),
            usage=usage_of(body) or Usage(),
            finish_reason=text_of(choice.get("finish_reason")),
            model=text_of(body.get("model")),
            id=text_of(body.get("id")),
            system_fingerprint=text_of(body.get("system_fingerprint")),
        )
        if response.finish_reason in _ABORTED:
            raise aborted(response)
        return response

    def fold(self) -> "OpenAIFold":
        """A fresh fold for one stream."""
        return OpenAIFold()

    def error_of(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """The error that an answer with this status means; header names are lower case."""
        return error_of(status, headers, body)


class OpenAIFold:
    """Folds the chunks of one stream into a response; only the first choice counts.

    Reasoning is not content. An error after content has come is a TruncatedStream, because the
    content may have been charged for; before it, the error means what it says.
    """

    __slots__ = ("_calls", "_content", "_finish_reason", "_first", "_has_output", "_refusal", "_usage")

    def __init__(self) -> None:
        self._content: list[str] | None = None
        self._refusal: list[str] = []
        self._calls: list[_CallPieces] = []
        self._finish_reason: str | None = None
        self._usage: Usage | None = None
        self._first: Mapping[str, Any] = {}
        self._has_output = False

    @property
    def finished(self) -> bool:
        """Whether a finish reason has arrived."""
        return self._finish_reason is not None

    def feed(self, event: bytes) -> bool:
        """Take the data of one event; True where it carried content, a refusal or a tool call.

        Raises:
            ProviderError: The event is an error.
            Malformed: It is not a JSON object.
        """
        if event == b"[DONE]":
            return False
        try:
            chunk = parse_json(event)
        except ValueError:
            raise Malformed("an event of the stream is not JSON", http_status=200) from None
        if not isinstance(chunk, dict):
            raise Malformed("an event of the stream is not a JSON object", http_status=200)
        self._take_envelope(chunk)
        choice = _first_choice(chunk)
        carried = choice is not None and self._take_choice(choice)
        if "error" in chunk or "x_groq" in chunk or chunk.get("object") == "error":
            self._raise_error(chunk)
        if self._finish_reason in _ABORTED:
            raise aborted(self.response())
        return carried

    def response(self) -> Response:
        """What has been folded so far."""
        return Response(
            answer=Answer(
                text=None if self._content is None else well_formed("".join(self._content)),
                tool_calls=tuple(call.whole() for call in self._calls),
                refusal=well_formed("".join(self._refusal)) if self._refusal else None,
            ),
            usage=self._usage or Usage(),
            finish_reason=self._finish_reason,
            model=text_of(self._first.get("model")),
            id=text_of(self._first.get("id")),
            system_fingerprint=text_of(self._first.get("system_fingerprint")),
        )

    def _take_envelope(self, chunk: Mapping[str, Any]) -> None:
        if not self._first and ("model" in chunk or "id" in chunk):
            self._first = chunk
        if chunk.get("usage") is not None or "x_groq" in chunk:
            self._usage = usage_of(chunk) or self._usage

    def _take_choice(self, choice: Mapping[str, Any]) -> bool:
        reason = text_of(choice.get("finish_reason"))
        if reason:
            self._finish_reason = reason
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return False
        carried = False
        content = delta.get("content")
        if content is not None:
            carried = self._take_content(content)
        if delta.get("refusal"):
            self._refusal.append(str(delta["refusal"]))
            carried = True
        if delta.get("tool_calls") or delta.get("function_call"):
            self._take_calls(delta)
            carried = True
        self._has_output = self._has_output or carried
        return carried

    def _take_content(self, content: object) -> bool:
        text = content if isinstance(content, str) else content_text(content)
        if text is None:
            return False
        if self._content is None:
            self._content = []
        if text:
            self._content.append(text)
        return bool(text)

    def _take_calls(self, delta: Mapping[str, Any]) -> None:
        for piece in _call_pieces(delta):
            self._call_of(piece).take(piece)

    def _call_of(self, piece: Mapping[str, Any]) -> "_CallPieces":
        """The call that a piece belongs to.

        By index; a server that leaves the index out, or gives every call index 0, begins a new call
        with a piece that has a name and another id.
        """
        index = piece.get("index")
        begins = bool(mapping_of(piece.get("function")).get("name"))
        found = [call for call in self._calls if index is None or call.index == index]
        if found and not (begins and found[-1].id and piece.get("id") and found[-1].id != piece["id"]):
            return found[-1]
        call = _CallPieces(index)
        self._calls.append(call)
        return call

    def _raise_error(self, chunk: Mapping[str, Any]) -> None:
        error = error_inside(chunk)
        if error is None:
            return
        if self._has_output:
            raise TruncatedStream(error.message, http_status=200, partial=self.response())
        raise error


class _CallPieces:
    """A tool call in the making."""

    __slots__ = ("arguments", "id", "index", "name")

    def __init__(self, index: object) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []

    def take(self, piece: Mapping[str, Any]) -> None:
        function = mapping_of(piece.get("function"))
        self.id = self.id or str(piece.get("id") or "")
        self.name = self.name or str(function.get("name") or "")
        self.arguments.append(_arguments(function.get("arguments")))

    def whole(self) -> ToolCall:
        arguments = well_formed("".join(self.arguments))
        return ToolCall(id=well_formed(self.id), name=well_formed(self.name), arguments=arguments)


def usage_of(body: Mapping[str, Any]) -> Usage | None:
    """The token counts of an answer or a chunk, None where it has none; an unknown count is None.

    Besides OpenAI's places: `x_groq.usage`, `cached_tokens` and `reasoning_tokens` at the top
    (Together, SGLang), `prompt_cache_hit_tokens` (DeepSeek).
    """
    usage = body.get("usage") or mapping_of(body.get("x_groq")).get("usage")
    if not isinstance(usage, Mapping):
        return None
    cached = count_of(mapping_of(usage.get("prompt_tokens_details")).get("cached_tokens"))
    if cached is None:
        cached = count_of(usage.get("cached_tokens", usage.get("prompt_cache_hit_tokens")))
    reasoning = count_of(mapping_of(usage.get("completion_tokens_details")).get("reasoning_tokens"))
    return Usage(
        input_tokens=count_of(usage.get("prompt_tokens")),
        output_tokens=count_of(usage.get("completion_tokens")),
        cached_tokens=cached,
        reasoning_tokens=count_of(usage.get("reasoning_tokens")) if reasoning is None else reasoning,
    )


def content_text(content: object) -> str | None:
    """The text of a message's content: a string, or its text parts joined (thinking is left out)."""
    if not isinstance(content, list):
        return text_of(content)
    parts = [part.get("text") for part in content if isinstance(part, Mapping) and _is_text(part)]
    texts = [part for part in parts if isinstance(part, str)]
    return well_formed("".join(texts)) if texts else None


def aborted(response: Response) -> TruncatedStream:
    """The error of an answer that the server itself gave up."""
    message = f"the server gave up the answer (finish_reason {response.finish_reason})"
    return TruncatedStream(message, http_status=200, partial=response)


def _is_text(part: Mapping[str, Any]) -> bool:
    return part.get("type", "text") in ("text", "output_text")


def _first_choice(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The choice of index 0; a stream with several interleaves them."""
    choices = body.get("choices")
    if not isinstance(choices, list):
        return None
    return next((c for c in choices if isinstance(c, dict) and not c.get("index")), None)


def _call_pieces(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tool calls of a message or a delta; the older `function_call` counts as one without an id."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        return [call for call in calls if isinstance(call, Mapping)]
    function = message.get("function_call")
    return [{"index": 0, "function": function}] if isinstance(function, Mapping) else []


def _tool_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    calls = []
    for index, piece in enumerate(_call_pieces(message)):
        call = _CallPieces(index)
        call.take(piece)
        calls.append(call.whole())
    return tuple(calls)


def _arguments(arguments: object) -> str:
    """The JSON text of a call's arguments; some servers send the object itself."""
    if isinstance(arguments, str):
        return arguments
    return dump_json(arguments).decode() if isinstance(arguments, Mapping) else ""
