"""Language identification: what it tells, and where it rather tells nothing."""

import pytest

from harness.language import UNKNOWN, language_of, word_count

# ruff: noqa: RUF001  # Chinese is written with Chinese punctuation
TEXTS = {
    "de": "Rechnung Nr. 1234 vom 5. März 2024, zahlbar innerhalb von 30 Tagen ohne Abzug.",
    "en": "Invoice number 1234, total amount due EUR 1,234.50. Please pay within 30 days of receipt.",
    "fr": "La facture est payable à trente jours fin de mois, sans escompte pour paiement anticipé.",
    "es": "La factura se debe pagar dentro de los treinta días siguientes a la fecha de recepción.",
    "zh": "法律咨询：请问离婚后财产如何分割？孩子的抚养权归谁，需要提供哪些材料？",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_has_its_language(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["", "kort", "12.50 EUR 1,234.00", "\ud800" * 30, '{"a": 1, "b": [2, 3]}'])
def test_too_few_words_have_none(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_figures_are_no_words_and_two_unspaced_characters_are_one() -> None:
    assert word_count("12 Paletten à 3,50") == 1
    assert word_count("法律咨询") == 2
