"""rsyslog: its configuration read and rendered, for a node and for the collector node. Pure.

``scan`` and ``parse`` make statements of a file's text, as rsyslog's own grammar does; ``gather`` follows the includes
and turns the legacy ``$Directives`` into what they stand for; ``inputs``, ``outputs`` and ``queues`` say what that
means; ``read`` puts the routes together. Defaults are those of 8.2302 (Debian 12); where newer versions differ, it
is said there. Source of the grammar: https://github.com/rsyslog/rsyslog/tree/v8.2302.0/grammar
"""
