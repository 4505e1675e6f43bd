"""The two sh scripts that make rsyslog's RELP lossless over a restart. Pure.

omrelp counts a record as sent once it is under way, and forgets at a restart which ones were not acknowledged yet: as
many as its window. Measured with 8.2302: a restart while the collector is away lost 2 to 30 lines, with the first
script none. And once the collector has shown a wrong certificate, omrelp disables its action until rsyslog is started
again: nothing is sent any more, and nothing is said but one line in its own log. That is what the second is for.
"""

from __future__ import annotations

from typing import Final

FOLDER: Final = "/usr/local/lib/kubewitness"
REWIND: Final = f"{FOLDER}/rsyslog-rewind"
RESTART: Final = f"{FOLDER}/rsyslog-restart"

REWIND_TEXT: Final = r"""#!/bin/sh
# Written by kubewitness; the next deploy writes it anew.
# Before rsyslog starts: put its positions back by the lines that the other end may not have had yet.
#   rsyslog-rewind STATE LINES files BYTES FOLDER...   each file below these folders; a line has up to BYTES
#   rsyslog-rewind STATE LINES journal MATCH...        the journal, as journalctl matches it
# Never behind where the start before this one began: all that lies before has arrived. What cannot be read is left as
# it is, and rsyslog starts.
set -u
state=$1 lines=$2 what=$3
shift 3
marks=$state/rewound
mkdir -p "$marks" || exit 0

# floor NAME: what the last start wrote for it.
floor() { if [ -f "$marks/$1" ]; then cat "$marks/$1"; else echo 0; fi; }

# write FILE TEXT
write() { printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; }

# file INODE SIZE NAME: a file of a log, if rsyslog has a position in it.
file() {
  for saved in "$state/imfile-state:$1" "$state/imfile-state:$1:"*; do
    [ -f "$saved" ] || continue
    at=$(sed -n 's/.*"curr_offs": *\([0-9]\{1,18\}\)[^0-9].*/\1/p' "$saved")
    name=$(sed -n 's/.*"filename": *\("[^"]*"\).*/\1/p' "$saved")
    [ -n "$at" ] && [ -n "$name" ] && [ "$at" -gt 0 ] && [ "$at" -le "$2" ] || continue
    from=$((lines * bytes < at ? at - lines * bytes : 0))
    back=$(tail -c "+$((from + 1))" -- "$3" | head -c "$((at - from))" | tail -n "$lines" | wc -c)
    least=$(floor "${saved##*/}")
    to=$((at - back))
    if [ "$to" -lt "$least" ] && [ "$least" -le "$at" ]; then to=$least; fi
    write "$saved" "{ \"filename\": $name, \"prev_was_nl\": 0, \"curr_offs\": $to, \"strt_offs\": $to }"
    write "$marks/${saved##*/}" "$to"
  done
}

case $what in
files)
  bytes=$1
  shift
  find "$@" -xdev -type f -printf '%i %s %p\n' 2>/dev/null | while read -r inode size path; do
    file "$inode" "$size" "$path"
  done
  for mark in "$marks"/imfile-state:*; do
    [ -f "$state/${mark##*/}" ] || rm -f "$mark"
  done
  ;;
journal)
  cursor=$(cat "$state/imjournal.state" 2>/dev/null) && [ -n "$cursor" ] || exit 0
  least=$(floor journal)
  found=$(journalctl --quiet --no-pager --reverse --lines="$lines" --cursor="$cursor" --output=export \
    --output-fields=_PID "$@" 2>/dev/null | LC_ALL=C awk -v least="$least" '
      /^__CURSOR=/ { cursor = substr($0, 10) }
      /^__REALTIME_TIMESTAMP=/ { time = substr($0, 22); if (time + 0 >= least + 0) oldest = time " " cursor }
      END { print oldest }')
  if [ -n "$found" ]; then
    write "$state/imjournal.state" "${found#* }"
    write "$marks/journal" "${found%% *}"
  fi
  ;;
esac
exit 0
"""

RESTART_TEXT: Final = r"""#!/bin/sh
# Written by kubewitness; the next deploy writes it anew.
# rsyslog hands over the message that its RELP action is disabled for good: end rsyslog, which systemd starts again.
read -r _ && kill -KILL "$PPID"
"""
