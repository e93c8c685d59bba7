"""The files of a new dataset."""

from collections.abc import Mapping

_MANIFEST = """\
# What is compared, and how. `harness dataset check {name}` validates this folder without spending.

[dataset]
workload = "{name}"
task = "classification"
unit = "message"
slices = ["language"] # names of tags in records.jsonl

# Both arms are the sandbox at first, so that the folder runs without a key; its answers are SIMULATED.
# Real models: provider = "openai", "together", "vllm", … and the model's name there (docs/providers.md).
[incumbent] # the model in production; source = "recorded" takes its answers from records.jsonl
provider = "sandbox"
model = "incumbent"

[candidate] # the model that may replace it
provider = "sandbox"
model = "candidate"

[sandbox] # made from the expected answers, with planted mistakes; real arms ignore it. Name kinds that fit
# your answers: a "wrong_label" cannot be planted in an invoice (docs/sandbox.md lists them all).
source = "simulated"
models.incumbent = { rates = { wrong_label = 0.02 } }
models.candidate = { rates = { wrong_label = 0.10, empty = 0.02 } }

[replay]
concurrency = 16

[[scorers]] # the first one decides, or all that say decides = true
use = "exact"

[[scorers]]
use = "scorer.py:first_word"

[decision]
margin = 0.02 # how much worse the candidate may be
"""

_RECORDS = """\
{"custom_id": "sample-1", "body": {"model": "gpt-4o-mini", "temperature": 0, "messages": [\
{"role": "system", "content": "Answer with one word: billing, delivery or other."}, \
{"role": "user", "content": "I was charged twice in May."}]}, \
"expected": "billing", "tags": {"language": "en"}}
{"custom_id": "sample-2", "body": {"model": "gpt-4o-mini", "temperature": 0, "messages": [\
{"role": "system", "content": "Answer with one word: billing, delivery or other."}, \
{"role": "user", "content": "Wo bleibt mein Paket?"}]}, \
"expected": "delivery", "tags": {"language": "de"}, \
"recorded": {"model": "gpt-4o-mini-2024-07-18", "choices": [{"index": 0, \
"message": {"role": "assistant", "content": "delivery"}, "finish_reason": "stop"}], \
"usage": {"prompt_tokens": 27, "completion_tokens": 1, "total_tokens": 28}, \
"timing": {"ttft_s": 0.31, "latency_s": 0.33}}}
"""

_SCORER = '''\
"""Scorers of this dataset only. Named in dataset.toml as `scorer.py:FUNCTION`."""

from harness import Answer, ScoringContext, scorer


@scorer
def first_word(answer: Answer, reference: Answer, context: ScoringContext) -> bool | None:
    """Whether the first word is the same, whatever its case; None where it cannot be told."""
    said, right = (answer.text or "").split(), (reference.text or "").split()
    if not right:
        return None
    return said[:1] != [] and said[0].strip(".,!").casefold() == right[0].casefold()
'''

_SOURCE = """\
# Where these records come from

- Origin: written by hand as a sample; replace records.jsonl with your own.
- Period:
- Who may see them, and their licence:
- Personal data and how they were removed:
- Where the expected answers come from:
"""


def template_files(name: str) -> Mapping[str, str]:
    """File name to text, for a dataset of that name."""
    return {
        "dataset.toml": _MANIFEST.replace("{name}", name),
        "records.jsonl": _RECORDS,
        "scorer.py": _SCORER,
        "SOURCE.md": _SOURCE,
    }
