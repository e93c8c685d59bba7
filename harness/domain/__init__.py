"""The nouns: frozen dataclasses that the whole harness makes, moves and reads."""
