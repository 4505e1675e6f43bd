"""A question as one would put it to kubectl, as the requests that the audit policy sees, and back."""

from kubewitness.auditpolicy.query.asked import SOMEBODY, Asked
from kubewitness.auditpolicy.query.options import QueryError
from kubewitness.auditpolicy.query.parse import Query, parse_query
from kubewitness.auditpolicy.query.spoken import spoken

__all__ = ["SOMEBODY", "Asked", "Query", "QueryError", "parse_query", "spoken"]
