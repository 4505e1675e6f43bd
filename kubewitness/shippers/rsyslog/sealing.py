"""What makes a collector node's files append-only, compresses and removes them: as root, beside rsyslog. Pure.

rsyslog's user owns its files, and so could cut or remove them. ``chattr +a`` takes that from it: only a process with
CAP_LINUX_IMMUTABLE can take it back, and rsyslog's service has no capability at all. A file has its day in its name, so
that nothing is ever renamed: rotation needs no exception from the rule.

And it ends rsyslog before the disk is full: omfile of 8.2302 drops what it cannot write, whatever its action's retries,
and RELP acknowledges it all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubewitness.shippers.shipment import RenderedFile
from kubewitness.shippers.unit import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

UNIT: Final = "kubewitness-seal"
SCRIPT: Final = "/usr/local/lib/kubewitness/collector-seal"
ROOM: Final = "/usr/local/lib/kubewitness/collector-room"

ROOM_TEXT: Final = r"""#!/bin/sh
# Written by kubewitness; the next deploy writes it anew.
# collector-room FOLDER KIB [UNIT]: whether the disk of FOLDER has so much left. If not, UNIT, which writes there, is
# ended: it starts again once there is room, and until then the nodes wait.
set -u
free=$(df -Pk -- "$1" | awk 'NR == 2 { print $4 }')
[ -n "$free" ] && [ "$free" -ge "$2" ] && exit 0
echo "collector-room: $1 has less than $2 KiB left: nothing is taken in until it has" >&2
[ -z "${3:-}" ] || systemctl kill --signal=KILL -- "$3"
exit 1
"""

TEXT: Final = r"""#!/bin/sh
# Written by kubewitness; the next deploy writes it anew.
# collector-seal FOLDER DAYS: today's files can only grow, and nothing in a folder can be removed or renamed; files of
# past days are compressed and cannot be changed; those of more than DAYS days are removed (0: never). The day is in a
# file's name, in UTC.
set -u
folder=$1 days=$2
failed=0

fail() { echo "collector-seal: $1" >&2 && failed=1; }

# day FILE: the day in its name; nothing: it has none.
day() { printf '%s\n' "${1##*/}" | sed -n 's/^[a-z]*-\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\)\.log\(\.gz\)\{0,1\}$/\1/p'; }

# has FLAG FILE
has() { lsattr -d -- "$2" 2>/dev/null | cut -d ' ' -f 1 | grep -q "$1"; }

remove() { if ! chattr -i -a -- "$1" || ! rm -f -- "$1"; then fail "$1 could not be removed"; fi; }

# compress FILE: into one beside it, whole before the old one goes.
compress() {
  rm -f -- "$1.gz.new"
  if gzip -c -- "$1" >"$1.gz.new" && chmod 0440 -- "$1.gz.new" && chgrp --reference="$1" -- "$1.gz.new" &&
    sync -- "$1.gz.new" && mv -f -- "$1.gz.new" "$1.gz" && chattr +i -- "$1.gz"; then
    remove "$1"
  else
    rm -f -- "$1.gz.new"
    fail "$1 could not be compressed"
  fi
}

today=$(date -u +%Y-%m-%d)
# rsyslog closes a file ten minutes after its last record
closed=$(date -u -d '1 hour ago' +%Y-%m-%d)
oldest=''
[ "$days" = 0 ] || oldest=$(date -u -d "$days days ago" +%Y-%m-%d)
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
find "$folder" -xdev -type f \( -name '*.log' -o -name '*.log.gz' \) -size +0 >"$list" || fail "$folder is not readable"
while read -r file; do
  its=$(day "$file")
  [ -n "$its" ] || continue
  if [ -n "$oldest" ] && expr "$its" \< "$oldest" >/dev/null; then
    chattr -a -- "${file%/*}" && remove "$file"
  elif [ "${file%.gz}" != "$file" ]; then
    :
  elif [ "$its" != "$today" ] && [ "$its" != "$closed" ]; then
    chattr -a -- "${file%/*}" && compress "$file"
  elif ! has a "$file"; then
    chattr +a -- "$file" || fail "$file cannot be made append-only: keep it on ext4, XFS or Btrfs"
  fi
done <"$list"
# what was opened for a removal, and what is new
find "$folder" -xdev -type d >"$list" || fail "$folder is not readable"
while read -r inside; do
  has a "$inside" || chattr +a -- "$inside" 2>/dev/null || fail "$inside cannot be made append-only"
done <"$list"
exit $failed
"""

_SERVICE: Final = """\
# Written by kubewitness; the next deploy writes it anew.
[Unit]
Description=Logs of other nodes are append-only, compressed and kept so long

[Service]
Type=oneshot
ExecStartPre=-{room} {folder} {reserve} {unit}
ExecStart={script} {folder} {days}
LogLevelMax=warning
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_LINUX_IMMUTABLE CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN
ProtectSystem=strict
ReadWritePaths={folder}
ProtectHome=yes
PrivateTmp=yes
RestrictAddressFamilies=AF_UNIX
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
"""
_TIMER: Final = """\
# Written by kubewitness; the next deploy writes it anew.
[Unit]
Description=Logs of other nodes are sealed every ten seconds

[Timer]
OnActiveSec=10s
OnUnitInactiveSec=10s
AccuracySec=1s
"""


def files(unit: str, folder: str, keep_days: int, reserve_kib: int) -> Iterator[RenderedFile]:
    """Both scripts, their service and its timer, which the collector's own service, ``unit``, starts."""
    yield RenderedFile(ROOM, ROOM_TEXT, 0o755)
    yield RenderedFile(SCRIPT, TEXT, 0o755)
    text = _SERVICE.format(room=ROOM, script=SCRIPT, folder=folder, days=keep_days, reserve=reserve_kib, unit=unit)
    yield RenderedFile(f"{UNITS}/{UNIT}.service", text, 0o644)
    yield RenderedFile(f"{UNITS}/{UNIT}.timer", _TIMER, 0o644)
