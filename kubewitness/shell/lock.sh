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
refuse() { # nothing is in force of this run: its folder is worth keeping only where a file was written and put back
  fail "$*"
  unstage "$policy" "$manifest"
  [ -n "$policy_done" ] || rm -rf "$run"
  unlock
  exit 10
}
end() { # CODE
  unstage "$policy" "$manifest"
  unlock
  exit "$1"
}

# ours: whether what lies in our folder can be ours. In a file tree a link there could lead anywhere.
ours() {
  for o_folder in "$state/runs" "$run"; do
    [ ! -L "$o_folder" ] && { [ ! -e "$o_folder" ] || [ -d "$o_folder" ]; } || return 1
  done
  for o_name in lock last.json last-manifest.yaml last-policy.yaml; do
    for o_file in "$state/$o_name" "$state/.$o_name"; do
      [ ! -L "$o_file" ] && { [ ! -e "$o_file" ] || [ -f "$o_file" ]; } || return 1
    done
  done
}

# The kernel lets go of the lock when this process ends, however it ends: there is no stale lock. What is written in the
# file only names its owner.
lock() {
  if ! ours; then
    printf 'kubewitness: %s: holds a link, or what is not ours: take it away\n' "$STATE_DIR" >&2
    exit 10
  fi
  if ! { mkdir -p "$run" && true >>"$state/lock"; } 2>/dev/null; then
    printf 'kubewitness: %s: cannot be written: is the disk full or read-only?\n' "$STATE_DIR" >&2
    exit 10
  fi
  if ! command -v flock >/dev/null; then
    printf 'kubewitness: flock is not on the node, so nobody could be kept out: install util-linux\n' >&2
    rm -rf "$run"
    exit 10
  fi
  exec 9>>"$state/lock"
  if ! flock -w 2 9; then # a reader holds it for an instant
    printf 'kubewitness: this node is being changed by %s: wait for it to end\n' "$(plain "$(head -n 1 "$state/lock")")" >&2
    rm -rf "$run"
    exit 10
  fi
  [ ! -s "$state/lock" ] || say "the last run was ended before it was done: $(head -n 1 "$state/lock")"
  printf '%s, run %s\n' "$OWNER" "$RUN" >"$state/lock"
}
unlock() {
  true >"$state/lock"
  exec 9>&-
} 2>/dev/null
