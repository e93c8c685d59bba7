"""A run directory: reports/<dataset>/<run-id>/ and every file in it.

`layout` and `manifest` are light; `pairs`, `scores` and `notebook` bring pyarrow (and pandas) in, so
nothing is imported here.
"""
