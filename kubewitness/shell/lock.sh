# shellcheck shell=sh disable=SC2154  # parameters and what stands before come in front
# One operator at a time, and what they say: to whoever listens, and to the run's journal.
# Nobody may be listening any more, and the journal's disk may be full: that must neither stop nor change anything.
# Files are emptied with `true`: where `:` cannot write its file, a POSIX shell ends at once, without a word.

plain() { printf '%s' "$*" | tr -c '\040-\176' '?'; } # names on a node may hold what steers a terminal
note() { { printf '%s %s\n' "$(date +%Y-%m-%dT%H:%M:%SZ)" "$(plain "$*")" >>"$run/journal"; } 2>/dev/null || :; }
say() {
  note "$*"
  printf '%s\n' "$(plain "$*")" 2>/dev/null || :
}
fail() {
  note "$*"
  printf 'kubewitness: %s\n' "$(plain "$*")" >&2 2>/dev/null || :
}
refuse() { # nothing is in force of this run; what it gathered is `abandon`ed
  fail "$*"
  abandon
  end 10
}
stop() { # nothing was begun: there is neither a journal nor a lock of ours
  printf 'kubewitness: %s\n' "$(plain "$*")" >&2
  exit 10
}
end() { # CODE
  leave
  unlock
  exit "$1"
}

# A file tree may come from anybody: a link in our folder may lead out of its root, and opening a pipe never ends.
ours_alone() {
  for l_name in runs lock last.json last-manifest.yaml last-policy.yaml; do
    l_path=$state/$l_name
    if [ ! -L "$l_path" ]; then
      if [ ! -e "$l_path" ] || [ -f "$l_path" ]; then continue; fi
      if [ "$l_name" = runs ] && [ -d "$l_path" ]; then continue; fi
    fi
    stop "$STATE_DIR/$l_name: is a link or a special file: no run of ours made it: remove it, then start again"
  done
}

# The kernel lets go of the lock when this process ends, however it ends: there is no stale lock. What is written in the
# file only names its owner.
lock() {
  ours_alone
  l_full="$STATE_DIR: cannot be written: is the disk full or read-only?"
  { mkdir -p "$state/runs" && true >>"$state/lock"; } 2>/dev/null || stop "$l_full"
  command -v flock >/dev/null || stop "flock is not on the node, so nobody could be kept out: install util-linux"
  exec 9>>"$state/lock"
  flock -w 2 9 || stop "this node is being changed by $(owner): wait for it to end" # a reader holds it for an instant
  mkdir "$run" 2>/dev/null || stop "$l_full" # one of that name is another run's
  [ ! -s "$state/lock" ] || say "the last run was ended before it was done: $(owner)"
  printf '%s, run %s\n' "$OWNER" "$RUN" >"$state/lock"
}
owner() { head -c 300 "$state/lock" | head -n 1; }
unlock() {
  true >"$state/lock"
  exec 9>&-
} 2>/dev/null
