"""The key taken out of what a server sends back, should it repeat it; pure."""

from dataclasses import replace

from harness.domain.chat import Answer, Response, ToolCall
from harness.errors import ProviderError

SHORTEST_KEY = 8


def hide_in_error(key: str | None, error: ProviderError) -> ProviderError:
    """The error itself, its message and what it carries of an answer without the key."""
    if key and key in error.message:
        error.message = error.message.replace(key, "[key]")
        error.args = (error.message,)
    if error.partial is not None:
        error.partial = hide_in_response(key, error.partial)
    return error


def hide_in_response(key: str | None, response: Response) -> Response:
    """The response with `[key]` for the key; the very same object where it does not occur."""
    if not key or not any(key in text for text in _texts(response)):
        return response

    def hidden(text: str | None) -> str | None:
        return None if text is None else text.replace(key, "[key]")

    answer = response.answer
    calls = tuple(
        ToolCall(
            id=call.id.replace(key, "[key]"),
            name=call.name.replace(key, "[key]"),
            arguments=call.arguments.replace(key, "[key]"),
        )
        for call in answer.tool_calls
    )
    return replace(
        response,
        answer=Answer(text=hidden(answer.text), tool_calls=calls, refusal=hidden(answer.refusal)),
        finish_reason=hidden(response.finish_reason),
        model=hidden(response.model),
        id=hidden(response.id),
        system_fingerprint=hidden(response.system_fingerprint),
    )


def _texts(response: Response) -> list[str]:
    answer = response.answer
    texts = [answer.text, answer.refusal, response.finish_reason, response.model, response.id]
    texts.append(response.system_fingerprint)
    texts += [text for call in answer.tool_calls for text in (call.id, call.name, call.arguments)]
    return [text for text in texts if text]
