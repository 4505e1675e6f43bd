# shellcheck shell=sh disable=SC2154,SC2153,SC2034  # parameters, node.sh, lock.sh, files.sh and gate.sh come in front
# Changes the audit configuration of one API server, proves it, or puts everything back. It runs on the node by itself:
# when the connection that started it drops, it goes on to its end. Everything it says is also in the run's journal.
# Parameters: ROOT VIEW RUN OWNER STATE_DIR MANIFEST MANIFEST_SHA256 POLICY POLICY_SHA256 POD LOG LOG_DIR NEED_KIB
#   RESTART (manifest, process, drain, none)  EXPECT, EXPECT_OLD (lines "flag value")  LEVEL_403, LEVEL_401 (predicted level
#   of the canary; empty: it is not recorded)  STEADY_SECONDS, LIMIT_SECONDS, KUBELET_SECONDS, DRAIN_SECONDS, PROVE_SECONDS, RECORD
#   UNPROVED (why no canary can be looked for, where LOG is empty)
#   UNDONE (the run that this one undoes: the folders that it made go, where they are empty; or empty)
# Standard input: lines "manifest BASE64" and "policy BASE64" for what is to be written ("-": to be removed), then "end".
# Exit: 0 done; 10 refused, nothing was changed; 20 rolled back and healthy; 30 look at the node: it says why.
umask 077
trap '' HUP PIPE INT TERM

for path in "$STATE_DIR" "$MANIFEST" "$POLICY" "$LOG"; do
  at "$path" >/dev/null || stop "$path: symbolic links that lead in a circle: mend them first"
done
state=$(at "$STATE_DIR")
run=$state/runs/$RUN
manifest=$(at "$MANIFEST")
policy=${POLICY:+$(at "$POLICY")}
log=${LOG:+$(at "$LOG")}
manifest_done='' policy_done='' why='' old=''

abandon() { # the run's folder is worth keeping only where a file was written and put back
  drop_saved
  [ -n "$policy_done" ] || rm -rf "$run"
}
leave() { # whatever the end
  add_to_saved || fail "${saved#"$ROOT"}: the last events of the removed log could not be saved: is the disk full?"
  unstage "$policy" "$manifest"
}

receive() { # what is to be written, from standard input; nothing is used unless all of it came
  r_end=''
  while read -r r_kind r_data; do
    case $r_kind in
    manifest | policy)
      if [ "$r_data" = - ]; then
        true >"$run/$r_kind.remove" || refuse "$STATE_DIR: it could not be stored that the $r_kind goes: is the disk full?"
      elif ! printf '%s' "$r_data" | base64 -d >"$run/$r_kind.new"; then
        refuse "$STATE_DIR: the new $r_kind could not be stored: is the disk full?"
      fi
      ;;
    end) r_end=yes && break ;;
    esac
  done
  [ "$r_end" = yes ] || refuse "the connection ended before everything was sent: start again"
}

look_again() { # what can have changed since it was read
  [ "$(sha "$manifest")" = "$MANIFEST_SHA256" ] || refuse "$MANIFEST: changed since it was read: start again"
  [ -z "$POLICY" ] || [ "$(sha "$policy")" = "$POLICY_SHA256" ] || refuse "$POLICY: changed since it was read: start again"
  [ "$VIEW" = live ] || return 0
  old=$(identity) now=$old
  [ -n "$old" ] || refuse "no kube-apiserver runs on this node: mend that first, then start again"
  idle=$(idle_kubelet)
  [ -z "$idle" ] || refuse "the kubelet $idle, so it would not start kube-apiserver again: systemctl restart kubelet, then start again"
  ready "${old%%.*}" || refuse "kube-apiserver is not ready at $(endpoint "${old%%.*}") before any change: mend that first, then start again"
  case $(answer "kubewitness-$RUN-before") in
  403 | 401) ;;
  *) refuse "an anonymous request is answered neither with 403 nor with 401, so nothing could be proved: is anonymous access to objects allowed?" ;;
  esac
  [ -n "$NEED_KIB" ] || return 0
  room=$log
  while [ -n "$room" ] && [ ! -d "$room" ]; do room=${room%/*}; done
  free=$(df -Pk "${room:-/}" | awk 'NR == 2 { print $4 }')
  [ "${free:-0}" -ge "$NEED_KIB" ] || refuse "$LOG: the rotation asked for needs $((NEED_KIB / 1024)) MiB more and $((free / 1024)) MiB are free: make room, or lower maxbackup and maxsize_mib in the standard"
}

prepare() { # backups, and everything that can fail for want of room, before anything is in force
  p_why="$STATE_DIR: no backup could be written, or a file changed since it was read: is the disk full? start again"
  if [ -e "$run/manifest.new" ] && ! { [ -e "$manifest" ] && save manifest "$manifest" "$MANIFEST_SHA256"; }; then refuse "$p_why"; fi
  if [ -e "$run/policy.new" ] || [ -e "$run/policy.remove" ]; then save policy "$policy" "$POLICY_SHA256" || refuse "$p_why"; fi
  mode=600 owner=$(id -u):$(id -g) # root on a node; whoever prepares an image in a tree of theirs
  if [ -e "$run/policy.shape" ]; then read -r mode owner <"$run/policy.shape"; fi
  if [ -e "$run/policy.new" ] && ! { folder "${policy%/*}" && stage "$run/policy.new" "$policy" new "$mode" "$owner" && stage_back policy "$policy"; }; then
    give_up "$POLICY: could not be written: is the disk full or read-only?"
  fi
  if [ -n "$LOG_DIR" ] && ! folder "$(at "$LOG_DIR")"; then give_up "$LOG_DIR: could not be made: is the disk full or read-only?"; fi
  if [ -e "$run/manifest.new" ]; then
    read -r mode owner <"$run/manifest.shape"
    { stage "$run/manifest.new" "$manifest" new "$mode" "$owner" && stage_back manifest "$manifest"; } || give_up "$MANIFEST: could not be written: is the disk full or read-only?"
  fi
  note_made || give_up "$p_why"
}
give_up() { # nothing is in force yet
  unstage "$policy" "$manifest" # the folders are empty then
  remove_made
  refuse "$*"
}

write() { # two renames: the policy first, since the manifest may name it
  if [ -e "$run/policy.new" ]; then
    commit "$policy" new || give_up "$POLICY: could not be written: is the disk full or read-only?"
    policy_done=yes
    say "policy written to $POLICY"
  fi
  [ -e "$run/manifest.new" ] || return 0
  if [ "$(sha "$manifest")" = "$MANIFEST_SHA256" ] && commit "$manifest" new; then
    manifest_done=yes
    say "manifest written to $MANIFEST"
  else
    take_back
    give_up "$MANIFEST: changed since it was read, or could not be written: start again"
  fi
}

take_back() { # the mirror image of `write`: as long as the manifest may name the policy, that stays
  t_policy=$(by_copy policy "$POLICY")
  if [ -n "$manifest_done" ] && ! put_back manifest "$manifest"; then
    by_hand "$(by_copy manifest "$MANIFEST")${policy_done:+, then $t_policy}"
  fi
  if [ -n "$policy_done" ] && ! put_back policy "$policy"; then by_hand "$t_policy"; fi
}
by_hand() {
  fail "could not be put back: $*"
  end 30
}
is_theirs() { # NAME FILE SHA256-BEFORE: neither what this run wrote nor what was there before: somebody's work
  i_now=$(sha "$2")
  [ "$i_now" != "$(sha "$run/$1.new")" ] && [ "$i_now" != "$3" ]
}
refuse_to_lose() { # PATH: by a way back
  fail "$1: was changed by somebody else while this run waited, so nothing is put back: look at the node; the files before this run are in $STATE_DIR/runs/$RUN"
  end 30
}

roll_back() {
  said=$(last_words)
  fail "$MANIFEST: $why${said:+; kube-apiserver said: $said}"
  if [ -z "$manifest_done$policy_done" ]; then # the process was replaced, and no file: there is nothing to go back to
    fail "nothing was written by this run, so nothing is put back: look at the node"
    end 30
  fi
  if [ -n "$manifest_done" ] && is_theirs manifest "$manifest" "$MANIFEST_SHA256"; then refuse_to_lose "$MANIFEST"; fi
  if [ -n "$policy_done" ] && is_theirs policy "$policy" "$POLICY_SHA256"; then
    [ -n "$manifest_done" ] || refuse_to_lose "$POLICY"
    say "policy left: $POLICY: was changed by somebody else while this run waited; as it was before it is in $STATE_DIR/runs/$RUN"
    policy_done='' # the API server comes first: the manifest goes back without it
  fi
  say "putting everything back"
  before=$(identity) begun=$(clock)
  take_back
  if [ -z "$manifest_done" ]; then
    case $RESTART in drain) drain_process "$before" ;; *) replace_process "$before" ;; esac
  elif has_flags "${before%%.*}" "$EXPECT_OLD" && ! has_flags "${before%%.*}" "$EXPECT"; then
    before='' # the kubelet had not acted: the old process never went away
  fi
  settle "$before" "$EXPECT_OLD"
  settled=$?
  remove_made # now that no container has them mounted any more
  if [ "$settled" = 0 ]; then
    fail "$MANIFEST: rolled back: the old configuration serves again; nothing of run $RUN is left in force"
    end 20
  fi
  fail "$MANIFEST: rolled back, but kube-apiserver is not ready ($why): look at journalctl -u kubelet and /var/log/pods/${POD}-*; the files before this run are in $STATE_DIR/runs/$RUN"
  end 30
}

bring_into_force() {
  if [ "$VIEW" = tree ]; then
    say "restart, readiness and canary: not done: a file tree has no API server"
    return 0
  fi
  case $RESTART in
  manifest) say "waiting for the kubelet to replace kube-apiserver (about 45 s)" ;;
  process)
    say "replacing the kube-apiserver process (about 5 s)"
    replace_process "$old"
    ;;
  drain)
    say "letting kube-apiserver write what it has buffered, then replacing it (about $((DRAIN_SECONDS + 10)) s)"
    drain_process "$old"
    ;;
  none)
    say "nothing is changed: what is there is proved and recorded"
    old=''
    ;;
  esac
  settle "$old" "$EXPECT" || roll_back
  if [ -n "$LOG" ]; then
    prove "$LEVEL_403" "$LEVEL_401" || roll_back
  else
    say "  canary: not looked for: $UNPROVED, so nothing is proved"
  fi
}

record() { # what this run leaves, for the next one to compare with: all three files, or those of the run before
  now=''
  [ "$VIEW" = tree ] || now=$(identity)
  printf '%s' "$RECORD" | sed "s/@PID@/${now%%.*}/; s/@STARTED@/${now#*.}/" >"$run/record.json" || return 1
  cp "$run/record.json" "$run/last.json" && cp "$manifest" "$run/last-manifest.yaml" || return 1
  if [ -n "$POLICY" ] && [ -e "$policy" ]; then
    cp "$policy" "$run/last-policy.yaml" && mv -f "$run/last-policy.yaml" "$state/last-policy.yaml" || return 1
  else
    rm -f "$state/last-policy.yaml"
  fi
  mv -f "$run/last-manifest.yaml" "$state/last-manifest.yaml" && mv -f "$run/last.json" "$state/last.json" && sync
}

lock
receive
look_again
if [ "$RESTART" != none ] && ! save_removed_log "${old%%.*}"; then
  refuse "$LOG: was removed while kube-apiserver writes to it, and its events could not be saved beside it: make room, then start again"
fi
prepare
changed_at=$(date +%s) begun=$(clock)
write
bring_into_force
if [ -e "$run/policy.remove" ]; then # last of all: until here a way back needed it
  if [ "$(sha "$policy")" = "$POLICY_SHA256" ]; then
    rm -f "$policy"
    say "policy removed: $POLICY"
  else
    say "policy left: $POLICY: was changed by somebody else while this run waited; nothing uses it any more"
  fi
fi
record || say "this run could not be recorded: is the disk full? the next one takes what it finds for somebody else's change, and records it"
if [ -n "$UNDONE" ]; then
  unstage "$policy" "$manifest" # else its folder is not empty
  remove_made_by "$UNDONE"
fi
say "done in $(($(clock) - begun)) s"
end 0
