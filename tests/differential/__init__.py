"""Our policy engine against the oracle, on generated policies and requests. See docs/policy/oracle.md."""
