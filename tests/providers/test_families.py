import pytest

from harness.providers.families import families_of


@pytest.mark.parametrize(
    ("model", "families"),
    [
        ("gpt-4o", {"GPT"}),
        ("openai/gpt-oss-120b", {"GPT"}),
        ("o3-mini", {"GPT"}),
        ("chatgpt-4o-latest", {"GPT"}),
        ("anthropic.claude-sonnet-4", {"Claude"}),
        ("google/gemma-3-27b-it", {"Gemini"}),
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo", {"Llama"}),
        ("Meta-Llama-3.1-8B", {"Llama"}),
        ("nvidia/Llama-3.1-Nemotron-70B", {"Llama"}),
        ("mistralai/Mixtral-8x22B", {"Mistral"}),
        ("ministral-8b-latest", {"Mistral"}),
        ("codestral-2501", {"Mistral"}),
        ("Qwen/Qwen2.5-72B-Instruct", {"Qwen"}),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", {"DeepSeek", "Llama"}),
        ("deepseek-chat", {"DeepSeek"}),
        ("xai/grok-4", {"Grok"}),
        ("arbiter", set()),
        ("our-own/model-o1x", set()),
    ],
)
def test_the_family_is_read_from_the_name(model: str, families: set[str]) -> None:
    assert families_of(model) == families
