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

# floor NAME: into least, what the last start wrote for it, and into then_at, where it was before; 0: nothing.
floor() {
  least=0 then_at=0
  if [ -f "$marks/$1" ]; then read -r least then_at <"$marks/$1" || least=0; fi
  case $least$then_at in '' | *[!0-9]*) least=0 then_at=0 ;; esac
}

# back AT FILE: into to, where the last lines before AT begin.
back() {
  from=$((lines * bytes < $1 ? $1 - lines * bytes : 0))
  to=$(($1 - $(tail -c "+$((from + 1))" -- "$2" | head -c "$(($1 - from))" | tail -n "$lines" | wc -c)))
}

# file NAME SIZE FILE: the state file NAME, and the log that it is about. There may be thousands: no process for those
# that have not grown since the last start.
file() {
  said='' && { read -r said <"$state/$1" || [ -n "$said" ] || return; }
  at=${said##*\"curr_offs\": } && at=${at%%[!0-9]*}
  name=${said#*\"filename\": \"} && name=${name%%\"*}
  case $said in *'"curr_offs": '[0-9]*) ;; *) return ;; esac
  case $said in *'"filename": "'*'"'*) ;; *) return ;; esac
  [ "${#at}" -lt 19 ] && [ "$at" -gt 0 ] && [ "$at" -le "$2" ] || return
  floor "$1"
  if [ "$at" = "$then_at" ]; then to=$least; else back "$at" "$3"; fi
  if [ "$to" -lt "$least" ] && [ "$least" -le "$at" ]; then to=$least; fi
  printf '{ "filename": "%s", "prev_was_nl": 0, "curr_offs": %d, "strt_offs": %d }\n' \
    "$name" "$to" "$to" >"$state/$1" && echo "$to $at" >"$marks/$1"
}

case $what in
files)
  bytes=$1
  shift
  known=$(mktemp) || exit 0
  trap 'rm -f "$known"' EXIT
  # a state file has the inode of its log in its name, and a hash of its beginning
  find "$state" -maxdepth 1 -name 'imfile-state:*' -type f -printf '%f\n' | sed 's/^imfile-state:\([0-9]*\).*/\1 &/' |
    LC_ALL=C sort -k 1,1 >"$known"
  find "$@" -xdev -type f -printf '%i %s %p\n' 2>/dev/null | LC_ALL=C sort -k 1,1 |
    LC_ALL=C join -t ' ' "$known" - | while read -r _ saved size path; do
    file "$saved" "$size" "$path"
  done
  for mark in "$marks"/imfile-state:*; do
    [ -f "$state/${mark##*/}" ] || rm -f "$mark"
  done
  ;;
journal)
  cursor=$(cat "$state/imjournal.state" 2>/dev/null) && [ -n "$cursor" ] || exit 0
  floor journal
  found=$(journalctl --quiet --no-pager --reverse --lines="$lines" --cursor="$cursor" --output=export \
    --output-fields=_PID "$@" 2>/dev/null | LC_ALL=C awk -v least="$least" '
      /^__CURSOR=/ { cursor = substr($0, 10) }
      /^__REALTIME_TIMESTAMP=/ { time = substr($0, 22); if (time + 0 >= least + 0) oldest = time " " cursor }
      END { print oldest }')
  if [ -n "$found" ]; then
    echo "${found#* }" >"$state/imjournal.state.new" && mv -f "$state/imjournal.state.new" "$state/imjournal.state" &&
      echo "${found%% *} 0" >"$marks/journal"
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
