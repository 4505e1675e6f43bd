"""Finding every managed cluster: what a provider showed, what could not be looked at, and what was expected.

Everything here but ``search`` and ``fanout`` is pure; a provider's own part is ``providers/<provider>/discovery.py``.
"""
