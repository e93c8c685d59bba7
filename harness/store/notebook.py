"""Pairs as a pandas DataFrame, for notebooks."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from harness.errors import RunDamaged
from harness.store.parquet import check_schema
from harness.store.schema import PAIRS

_TYPES = {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype()}


def read_pairs(path: str | Path) -> pd.DataFrame:
    """The rows of pairs.parquet, all in memory.

    Text columns are strings and whole numbers are `Int64`, both with `NA` where a value is unknown;
    seconds and dollars are floats with `NaN` there.

    Args:
        path: The file, or the run directory it is in.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "pairs.parquet"
    try:
        table = parquet.read_table(file)
    except FileNotFoundError as error:
        raise RunDamaged(
            f"{file}: the file is missing", "Give a run directory, or its pairs.parquet."
        ) from error
    except (pa.ArrowException, OSError) as error:
        raise RunDamaged(f"{file}: cannot be read: {error}") from error
    check_schema(file, table.schema, PAIRS)
    for field in PAIRS:  # of a later version than the file
        if table.schema.get_field_index(field.name) < 0:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_TYPES.get)
    return frame
