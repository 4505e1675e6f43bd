"""The least that DuckDB has to do for a simulation: the same fields of the same log, as columns."""

from __future__ import annotations

import os
import sys

import duckdb

_FIELDS = {
    "level": "VARCHAR",
    "auditID": "VARCHAR",
    "stage": "VARCHAR",
    "requestURI": "VARCHAR",
    "verb": "VARCHAR",
    "user": "STRUCT(username VARCHAR, groups VARCHAR[])",
    "stageTimestamp": "TIMESTAMP",
    "requestObject": "JSON",
    "responseObject": "JSON",
    "annotations": "JSON",
}


def main() -> None:
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in _FIELDS.items())
    looked_at = ", ".join(f'max("{name}")' for name in _FIELDS if not name.endswith("Object"))
    sizes = "sum(strlen(requestObject)), sum(strlen(responseObject))"
    query = f"SELECT {looked_at}, {sizes} FROM read_ndjson(?, columns = {{{columns}}}, ignore_errors = true)"  # noqa: S608
    with duckdb.connect(config={"threads": len(os.sched_getaffinity(0))}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(query, sys.argv[1:]).fetchall()


if __name__ == "__main__":
    main()
