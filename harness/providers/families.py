"""Which family a model belongs to, by its name; pure.

A judge prefers answers of its own family by 10 to 25 points (Zheng et al., arXiv 2306.05685), so it should
be of another one than the models it compares.
"""

import re
from typing import Final

_FAMILIES: Final = {
    "GPT": r"(?:chat)?gpt|o[1345](?:-|$)|davinci",
    "Claude": r"claude",
    "Gemini": r"gemini|gemma",
    "Llama": r"llama|nemotron",
    "Mistral": r"(?:mi|mix|pix|mini|magi|code|dev)s?tral",
    "Qwen": r"qwen|qwq",
    "DeepSeek": r"deepseek",
    "Grok": r"grok",
    "Command": r"command-|c4ai|aya-",
    "Phi": r"phi-?\d",
    "GLM": r"glm-?\d",
    "Kimi": r"kimi|moonshot",
    "Nova": r"nova-(?:micro|lite|pro|premier)",
}
_PATTERNS: Final = {
    name: re.compile(rf"(?:^|[/\-_.:@ ])(?:meta-?)?(?:{pattern})", re.IGNORECASE)
    for name, pattern in _FAMILIES.items()
}


def families_of(model: str) -> frozenset[str]:
    """The families that the name tells of; several for a model distilled from another, none if unknown."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(model[:200]))
