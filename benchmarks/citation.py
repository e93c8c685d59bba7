"""How well the citation scorer tells genuine citations of real contracts from spoiled ones, and how fast.

`.venv/bin/python benchmarks/citation.py [--quick]`; the seed is fixed.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cited_contracts import SPOILED, cases
from options import runs

from harness.domain.chat import Answer
from harness.scorers.citation import Citations


def main(each: int, seed: int) -> None:
    """Print one line per kind of error, then recall, precision and speed."""
    scorer = Citations(citations="clauses")
    total: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    named: Counter[str] = Counter()
    spent = 0.0
    for case in cases(seed, each):
        answer = Answer(text=json.dumps({"clauses": [{"id": case.clause, "quote": case.quote}]}))
        before = time.process_time()
        (judged,) = scorer.judge(answer, case.contract.record)
        spent += time.process_time() - before
        kind = judged.finding.kind if judged.finding else ""
        total[case.spoiled] += 1
        flagged[case.spoiled] += bool(kind)
        named[case.spoiled] += kind == case.kind
    print("| citations | n | flagged | with the right kind |\n|---|---|---|---|")
    for name in ("", *SPOILED):
        print(f"| {name or 'genuine, with noise'} | {total[name]} | {flagged[name]} | {named[name]} |")
    caught, spoiled = sum(flagged.values()) - flagged[""], sum(total.values()) - total[""]
    print(f"\nrecall {caught / spoiled:.4f}, precision {caught / (caught + flagged['']):.4f}")
    print(f"{sum(total.values()) / spent:,.0f} citations per second and core, sources of 5 to 26 kB")


if __name__ == "__main__":
    main(runs(__doc__, full=300, quick=30), seed=11)
