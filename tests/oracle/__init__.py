"""The oracle: what k8s.io/apiserver's own code answers, to compare ours with. See docs/policy/oracle.md.

Needs nothing but Python's standard library, so that `python -m tests.oracle` works in a bare checkout.
"""
