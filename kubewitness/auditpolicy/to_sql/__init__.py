"""The audit policy in DuckDB's SQL: which rule decides about each row of a table of requests.

The same answers as ``evaluate`` and ``attributes_of``, at the speed of a scan. Pure: only text is made here.
"""

from kubewitness.auditpolicy.to_sql.request import REQUEST_COLUMNS, UNDERIVED, request_query
from kubewitness.auditpolicy.to_sql.rules import named_entries_condition, rule_expression
from kubewitness.auditpolicy.to_sql.text import carried, literal, literals, restored

__all__ = [
    "REQUEST_COLUMNS",
    "UNDERIVED",
    "carried",
    "literal",
    "literals",
    "named_entries_condition",
    "request_query",
    "restored",
    "rule_expression",
]
