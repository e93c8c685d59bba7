"""Datasets: folders of recorded requests, read one at a time.

`manifest` finds a dataset or makes a new one, `reader` checks and reads its records, `writer` writes them.
"""
