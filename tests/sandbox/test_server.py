import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_data import INVOICE

from harness.errors import ConfigError, DatasetError
from harness.sandbox.server import read_settings, serve


def ask(client: httpx.Client, model: str, text: str = "Invoice 1: 12,35", **changes: Any) -> httpx.Response:
    headers = changes.pop("headers", {})
    body = {"model": model, "messages": _messages(text), **changes}
    return client.post("/chat/completions", json=body, headers=headers)


def events(response: httpx.Response) -> list[Any]:
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = response.text.split("\n\n")
    assert blocks.pop() == ""
    assert all(block.startswith("data: ") and "\n" not in block for block in blocks)
    assert blocks.pop() == "data: [DONE]"
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


def test_a_whole_answer_has_the_shape_of_openai(simulated: httpx.Client) -> None:
    response = ask(simulated, "right")
    body = response.json()
    choice = body["choices"][0]
    assert (body["object"], body["model"], body["system_fingerprint"]) == (
        "chat.completion",
        "right",
        "SIMULATED",
    )
    assert body["id"].startswith("chatcmpl-")
    assert abs(body["created"] - time.time()) < 60
    assert (choice["index"], choice["finish_reason"], choice["logprobs"]) == (0, "stop", None)
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["refusal"] is None
    assert json.loads(choice["message"]["content"]) == INVOICE
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_tokens"] == -(-len(choice["message"]["content"]) // 4)
    assert response.headers["x-shadow-sandbox"] == "SIMULATED"


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_stream_has_the_order_of_openai(simulated: httpx.Client, include_usage: bool) -> None:
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if include_usage else {}
    chunks = events(ask(simulated, "right", stream=True, **options))
    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in chunks}) == 1
    assert chunks[0]["object"] == "chat.completion.chunk"
    if include_usage:
        last = chunks.pop()
        assert last["choices"] == []
        assert last["usage"]["completion_tokens"] > 0
        assert all(chunk["usage"] is None for chunk in chunks)
    else:
        assert not any("usage" in chunk for chunk in chunks)
    choices = [chunk["choices"][0] for chunk in chunks]
    assert choices[0]["delta"] == {"role": "assistant", "content": ""}
    assert (choices[-1]["delta"], choices[-1]["finish_reason"]) == ({}, "stop")
    assert all(choice["finish_reason"] is None for choice in choices[:-1])
    assert len(choices) > 5
    assert json.loads("".join(choice["delta"]["content"] for choice in choices[:-1])) == INVOICE


def test_whole_and_streamed_answers_are_the_same(simulated: httpx.Client) -> None:
    whole = ask(simulated, "gone", "Invoice 2: 12,35").json()["choices"][0]["message"]["content"]
    chunks = events(ask(simulated, "gone", "Invoice 2: 12,35", stream=True))
    assert whole == "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def test_a_refusal_comes_as_refusal(simulated: httpx.Client) -> None:
    message = ask(simulated, "prude").json()["choices"][0]["message"]
    assert message["content"] is None
    assert message["refusal"].startswith("I'm ")
    chunks = events(ask(simulated, "prude", stream=True))
    assert "".join(chunk["choices"][0]["delta"].get("refusal", "") for chunk in chunks) == message["refusal"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_a_truncated_answer_says_length(simulated: httpx.Client) -> None:
    assert ask(simulated, "cut").json()["choices"][0]["finish_reason"] == "length"
    assert events(ask(simulated, "cut", stream=True))[-1]["choices"][0]["finish_reason"] == "length"


def test_a_stalled_stream_begins_and_never_ends(simulated: httpx.Client) -> None:
    body = {"model": "silent", "stream": True, "messages": _messages("Invoice 3: 12,35")}
    received: list[bytes] = []
    with (
        simulated.stream("POST", "/chat/completions", json=body, timeout=0.6) as response,
        pytest.raises(httpx.ReadTimeout),
    ):
        _collect(response, received)
    text = b"".join(received)
    assert b'"content":"{' in text
    assert b'finish_reason":"stop' not in text


def test_a_stalled_answer_without_stream_never_comes(simulated: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        simulated.post(
            "/chat/completions",
            json={"model": "silent", "messages": _messages("Invoice 4: 12,35")},
            timeout=0.4,
        )


def _collect(response: httpx.Response, received: list[bytes]) -> None:
    for chunk in response.iter_raw():
        received.append(chunk)  # noqa: PERF402  # what came before the timeout must be kept


def _messages(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Extract."}, {"role": "user", "content": text}]


def test_every_answer_carries_rate_limit_headers(simulated: httpx.Client) -> None:
    headers = ask(simulated, "right").headers
    assert headers["x-ratelimit-limit-requests"] == "10000"
    assert headers["x-ratelimit-remaining-requests"] == "9999"
    assert headers["x-ratelimit-reset-requests"] == "6ms"
    assert headers["x-ratelimit-reset-tokens"].endswith("ms")
    assert headers["x-request-id"]


@pytest.mark.parametrize(
    ("model", "status", "kind", "code"),
    [("busy", 429, "requests", "rate_limit_exceeded"), ("down", 503, "server_error", "overloaded")],
)
def test_errors_meet_the_first_attempt_only(
    simulated: httpx.Client, model: str, status: int, kind: str, code: str
) -> None:
    first = ask(simulated, model, "Invoice 5: 12,35")
    assert first.status_code == status
    error = first.json()["error"]
    assert (error["type"], error["code"], error["param"]) == (kind, code, None)
    if status == 429:
        assert first.headers["retry-after-ms"] == "150"
        assert first.headers["retry-after"] == "0.15"
    assert ask(simulated, model, "Invoice 5: 12,35").status_code == 200


def test_a_disconnection_meets_the_first_attempt_only(simulated: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask(simulated, "away", "Invoice 6: 12,35")
    assert ask(simulated, "away", "Invoice 6: 12,35").status_code == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503, 529])
def test_a_header_asks_for_an_error(simulated: httpx.Client, status: int) -> None:
    response = ask(simulated, "right", headers={"x-sandbox-error": str(status)})
    assert response.status_code == status
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert response.headers["x-shadow-sandbox"] == "SIMULATED"


def test_a_header_asks_for_other_trouble(simulated: httpx.Client) -> None:
    def trouble(name: str, **changes: Any) -> httpx.Response:
        return ask(simulated, "right", headers={"x-sandbox-error": name}, **changes)

    assert trouble("malformed").text == "<html>no JSON</html>"
    assert trouble("insufficient_quota").json()["error"]["code"] == "insufficient_quota"
    cut = trouble("cut", stream=True).text
    assert "half an ans" in cut
    assert "[DONE]" not in cut
    assert '{"error":{' in trouble("error_in_stream", stream=True).text
    assert "x-sandbox-error can be 400, 401" in trouble("999").json()["error"]["message"]
    with pytest.raises(httpx.RemoteProtocolError):
        trouble("disconnect")
    with pytest.raises(httpx.ReadTimeout):
        simulated.post(
            "/chat/completions",
            json={"model": "right", "messages": []},
            headers={"x-sandbox-error": "stall"},
            timeout=0.3,
        )


def test_requests_per_minute_are_enforced(simulated: httpx.Client) -> None:
    statuses = [ask(simulated, "scarce") for _ in range(3)]
    assert [response.status_code for response in statuses] == [200, 429, 429]
    assert 0 < float(statuses[1].headers["retry-after"]) <= 1
    assert statuses[1].headers["x-ratelimit-limit-requests"] == "60"
    assert statuses[1].headers["x-ratelimit-remaining-requests"] == "0"
    time.sleep(float(statuses[2].headers["retry-after"]) + 0.02)
    assert ask(simulated, "scarce").status_code == 200


def test_an_unknown_prompt_gets_a_marked_answer(simulated: httpx.Client) -> None:
    body = ask(simulated, "right", "What is the weather?").json()
    assert body["choices"][0]["message"]["content"].startswith(
        "[SIMULATED] This prompt is not in the dataset"
    )


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (b"{", 400, "The body is not JSON"),
        (b"[]", 400, "must be an object with a list `messages`"),
        (b'{"model":"nobody","messages":[]}', 404, "The model 'nobody' does not exist; there is right, "),
    ],
)
def test_a_wrong_request_is_told(simulated: httpx.Client, content: bytes, status: int, message: str) -> None:
    response = simulated.post("/chat/completions", content=content)
    assert response.status_code == status
    assert message in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("no answer known", "has no expected answer"), ("call a tool", "tool calls; those are not")],
)
def test_records_that_cannot_be_simulated_are_errors(
    simulated: httpx.Client, text: str, message: str
) -> None:
    response = ask(simulated, "right", text)
    assert response.status_code == 422
    assert message in response.json()["error"]["message"]


def test_health_and_models(simulated: httpx.Client) -> None:
    health = simulated.get(str(simulated.base_url).replace("/v1/", "/health")).json()
    assert health == {"status": "ok", "source": "SIMULATED", "records": 42, "duplicate_prompts": 0}
    models = simulated.get("/models").json()
    assert models["object"] == "list"
    assert models["data"][0] == {
        "id": "right",
        "object": "model",
        "created": 0,
        "owned_by": "sandbox (SIMULATED)",
    }


def test_the_truth_is_written_where_tests_can_read_it(simulated: httpx.Client, truth: Path) -> None:
    for _ in range(2):
        ask(simulated, "gone", "Invoice 30: 12,35")
    ask(simulated, "right", "Invoice 31: 12,35")
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    mine = [line for line in lines if line["record_id"] in {"r30", "r31"}]
    assert [(line["record_id"], line["model"], line["repeat"]) for line in mine] == [
        ("r30", "gone", 0),
        ("r30", "gone", 1),
        ("r31", "right", 0),
    ]
    assert mine[0]["faults"] == mine[1]["faults"]
    assert mine[0]["faults"][0]["kind"] == "line_missing"
    assert mine[0]["faults"][0]["path"].startswith("line_items[")
    assert mine[2]["faults"] == []


def test_recorded_answers_are_played_back_and_marked(recorded: httpx.Client) -> None:
    response = ask(recorded, "b", "Act 1")
    body = response.json()
    assert body["choices"][0]["message"]["content"] == "5"
    assert body["system_fingerprint"] == "RECORDED"
    assert response.headers["x-shadow-sandbox"] == "RECORDED"
    assert "usage" not in body


def test_recorded_streams_have_no_usage_chunk_where_none_was_recorded(recorded: httpx.Client) -> None:
    chunks = events(ask(recorded, "a", "Act 1", stream=True, stream_options={"include_usage": True}))
    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks] == ["", "1", None]
    assert all(chunk["usage"] is None for chunk in chunks)


def test_recorded_usage_and_finish_reason_are_played_back(recorded: httpx.Client) -> None:
    body = ask(recorded, "a", "Act 2").json()
    assert body["usage"] == {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    assert body["choices"][0]["finish_reason"] == "length"
    assert events(ask(recorded, "a", "Act 2", stream=True, stream_options={"include_usage": True}))[-1][
        "usage"
    ]


@pytest.mark.parametrize(
    ("model", "text", "status", "code"),
    [
        ("a", "Act 99", 404, "not_recorded"),
        ("a", "Act lost", 404, "not_recorded"),
        ("b", "Act 0", 422, "recorded_failure"),
        ("c", "Act 0", 404, "model_not_found"),
    ],
)
def test_what_was_not_recorded_is_an_error(
    recorded: httpx.Client, model: str, text: str, status: int, code: str
) -> None:
    response = ask(recorded, model, text)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_the_models_of_a_recording_are_those_of_its_answers(recorded: httpx.Client) -> None:
    assert [model["id"] for model in recorded.get("/models").json()["data"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file"),
        ("[dataset]\n", "has no [sandbox] table"),
        ("[sandbox", "is not valid TOML"),
        ("[sandbox]\n", "dataset.toml: [sandbox] names no model."),
        ("[sandbox]\nsource = 'x'\n", "dataset.toml: [sandbox] source is 'x'"),
    ],
)
def test_a_wrong_dataset_toml_is_told(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "dataset.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path)
    assert message in caught.value.message
    assert str(tmp_path) in caught.value.message


def test_a_dataset_without_records_is_told(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text("[sandbox.models.m]\n")
    with pytest.raises(DatasetError, match=r"records\.jsonl"):
        serve(tmp_path)
