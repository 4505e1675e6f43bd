"""Log shippers: their configurations read, judged and rendered. Pure.

``model`` says what a shipper does, whatever its program; a program's own folder turns its configuration into that, and
for those that we deploy a ``Shipment`` into its configuration. Both meet in one set of rules.
"""
