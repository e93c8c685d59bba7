"""The price table that comes with the harness; `ATTRIBUTION.md` beside it says where it is from."""

from importlib.resources import files


def price_bytes() -> bytes:
    """The bundled price table, for `PriceTable.load`."""
    return files(__name__).joinpath("prices.json").read_bytes()
