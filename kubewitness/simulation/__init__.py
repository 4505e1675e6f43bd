"""A recorded audit log replayed through a candidate policy: what would be kept, what would be lost.

DuckDB reads the log, in one pass and in bounded memory. Nothing of a request's or a response's body leaves it.
"""
