"""How answers fail: kinds with counts, and what a failure does in one sentence."""
