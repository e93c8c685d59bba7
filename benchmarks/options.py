"""What every benchmark takes on its command line."""

import argparse


def runs(about: str | None, *, full: int, quick: int) -> int:
    """How many runs, records or seeds: `full`, or `quick` where the caller is content with an orientation.

    Args:
        about: The docstring of the benchmark.
        full: What the figures of the docs are made with.
        quick: Enough to see that it works.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{quick:,} instead of {full:,}")
    return quick if parser.parse_args().quick else full
