"""What to write instead, as rsyslog reads it: rule -> text. Capitals stand for what only the reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUGGESTIONS: Final[Mapping[str, str]] = {
    "SH001": 'File="{path}"',
    "SH002": 'freshStartTail="off"',
    "SH003": 'global(workDirectory="/var/lib/rsyslog")',
    "SH004": 'persistStateInterval="100"',
    "SH005": 'global(maxMessageSize="8m")  # before any input; at the receiver too',
    "SH006": 'maxSubmitAtOnce="1"',
    "SH008": 'queue.type="Direct"  # of main_queue() and of the ruleset: the log files are the queue',
    "SH009": 'queue.type="Direct"  # of main_queue() and of the ruleset: the log files are the queue',
    "SH010": 'queue.size="10000"',
    "SH011": 'action.resumeRetryCount="-1"',
    "SH012": 'tls="on"',
    "SH013": 'tls.authMode="name" tls.permittedPeer=["NAME"]',
    "SH014": 'tls.authMode="name" tls.permittedPeer=["NAME"]',
    "SH015": 'tls.myCert="FILE" tls.myPrivKey="FILE"',
    "SH016": 'action(type="omrelp" target="HOST" port="2514" tls="on" tls.authMode="name" tls.permittedPeer=["NAME"])',
    "SH018": 'escapeLF="off"',
    "SH019": 'global(maxMessageSize="8m")',
    "SH020": 'action(type="omrelp" target="HOST" port="2514" tls="on" tls.authMode="name" tls.permittedPeer=["NAME"])',
    "SH023": 'global(workDirectory="/var/lib/rsyslog")',
}
