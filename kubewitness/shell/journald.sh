# shellcheck shell=sh disable=SC2154,SC2329  # parameters, node.sh and files.sh come in front
# Writes drop-ins of journald and of services, starts journald anew at most once (it may be started five times in ten
# seconds, and logs nothing after that), and puts the files back where it does not come up.
# Parameters: ROOT VIEW RUN OWNER STATE_DIR  RESTART, FLUSH (yes or empty)  UNITS (services to start anew, by blanks)
# Standard input: lines "PATH BASE64" ("-": to be removed), then "end".
# Exit: 0 done; 10 refused, nothing was changed; 20 put back; 30 look at the node: it says why.
umask 022
trap '' HUP PIPE INT TERM

plain() { printf '%s' "$*" | tr -c '\040-\176' '?'; }
say() { printf '%s\n' "$(plain "$*")" 2>/dev/null || :; }
fail() { printf 'kubewitness: %s\n' "$(plain "$*")" >&2 2>/dev/null || :; }
end() { # CODE
  rm -rf "$work"
  true >"$state/lock" || :
  exit "$1"
}
refuse() { fail "$*" && end 10; }

state=$(at "$STATE_DIR") work='' count=0
for tool in flock base64 mktemp; do
  command -v "$tool" >/dev/null || { fail "$tool is not on the node: install it" && exit 10; }
done
if [ -L "$state/lock" ] || { [ -e "$state/lock" ] && [ ! -f "$state/lock" ]; }; then fail "$STATE_DIR/lock: is no file of ours: remove it" && exit 10; fi
{ mkdir -p "$state" && true >>"$state/lock"; } 2>/dev/null || { fail "$STATE_DIR: cannot be written: is the disk full or read-only?" && exit 10; }
exec 9>>"$state/lock"
flock -w 2 9 || { fail "this node is being changed by $(head -c 300 "$state/lock" | head -n 1): wait for it to end" && exit 10; }
printf '%s, run %s\n' "$OWNER" "$RUN" >"$state/lock"
work=$(mktemp -d "$state/journald.XXXXXX") || refuse "$STATE_DIR: cannot be written: is the disk full?"

receive() {
  r_end=''
  while read -r r_path r_data; do
    if [ "$r_path" = end ]; then r_end=yes && break; fi
    count=$((count + 1))
    printf '%s\n' "$r_path" >"$work/$count.path"
    if [ "$r_data" = - ]; then true >"$work/$count.remove"
    else printf '%s' "$r_data" | base64 -d >"$work/$count.new" || refuse "$r_path: could not be stored: is the disk full?"; fi
  done
  [ "$r_end" = yes ] || refuse "the connection ended before everything was sent: start again"
}

place() { # NUMBER: where its file lies on this machine; a link there is not written through
  p_path=$(cat "$work/$1.path")
  p_dir=$(at "${p_path%/*}") && [ ! -L "$p_dir/${p_path##*/}" ] && printf '%s/%s\n' "$p_dir" "${p_path##*/}"
}

each() { # FUNCTION: of every file, until one fails
  e_number=0
  while [ "$e_number" -lt "$count" ]; do
    e_number=$((e_number + 1))
    "$1" "$e_number" "$(place "$e_number")" || return 1
  done
}
prepare() { # NUMBER FILE: everything that can fail for want of room
  [ -n "$2" ] || return 1
  if [ -e "$2" ]; then cp -p "$2" "$work/$1.old" || return 1; fi
  [ -e "$work/$1.remove" ] || { folder "${2%/*}" && stage "$work/$1.new" "$2" new 644 "$(id -u):$(id -g)"; }
}
put() {
  if [ -e "$work/$1.remove" ]; then rm -f "$2"; else commit "$2" new; fi && say "$(cat "$work/$1.path") $([ -e "$work/$1.remove" ] && echo removed || echo written)"
}
take_back() {
  unstage "$2"
  if [ -e "$work/$1.old" ]; then stage "$work/$1.old" "$2" old 644 "$(id -u):$(id -g)" && commit "$2" old; else rm -f "$2"; fi
}

journald_is_up() { systemctl is-active --quiet systemd-journald.service; }
start_anew() { systemctl restart systemd-journald.service 2>/dev/null && journald_is_up; }

proved() { # a message of ours, found where it should be
  m_from=''
  [ -z "$FLUSH" ] || m_from=/var/log/journal
  printf 'kubewitness-%s\n' "$RUN" | systemd-cat -t kubewitness 2>/dev/null || return 1
  m_try=0
  while [ "$m_try" -lt 15 ]; do
    if journalctl -q --no-pager ${m_from:+-D "$m_from"} -t kubewitness -o cat --since=-5min 2>/dev/null | grep -qF -- "kubewitness-$RUN"; then
      say "a message of ours was found in ${m_from:-the journal}"
      return 0
    fi
    m_try=$((m_try + 1)) && sleep 1
  done
  return 1
}

receive
each prepare || { each take_back && remove_made && refuse "a drop-in could not be prepared: is the disk full or read-only, or is it a link?"; }
each put || { each take_back && fail "a drop-in could not be written: all is as it was" && end 20; }
[ "$VIEW" = live ] || { say "a file tree: nothing is started anew" && end 0; }
if ! systemctl daemon-reload; then fail "systemctl daemon-reload failed: look at it, then start again" && end 30; fi
if [ -n "$RESTART" ]; then
  say "journald is started anew, once"
  if ! start_anew; then
    each take_back
    systemctl daemon-reload
    systemctl reset-failed systemd-journald.service systemd-journald.socket 2>/dev/null
    if start_anew; then fail "journald did not come up with the new settings: they were taken back" && end 20; fi
    fail "journald does not come up, also not with its old settings: systemctl status systemd-journald" && end 30
  fi
  [ -z "$FLUSH" ] || journalctl --flush || fail "journalctl --flush failed: is the disk of /var/log full or read-only?"
fi
failed=''
for unit in $UNITS; do
  say "$unit is started anew: its rate limit counts from its start on"
  systemctl try-restart "$unit" || failed="$failed $unit"
done
[ -z "$failed" ] || { fail "could not be started anew:$failed: systemctl status$failed" && end 30; }
proved || { fail "a message of ours was not found in the journal: journalctl -t kubewitness; look at the disk" && end 30; }
end 0
