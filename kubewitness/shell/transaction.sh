# shellcheck shell=sh disable=SC2154,SC2153,SC2015  # parameters and node.sh come in front; A && B || refuse is meant
# Changes the audit configuration of one API server, proves it, or puts everything back. It runs on the node by itself:
# when the connection that started it drops, it goes on to its end. Everything it says is also in the run's journal.
# Parameters: ROOT VIEW RUN OWNER STATE_DIR MANIFEST MANIFEST_SHA256 POLICY POLICY_SHA256 POD LOG LOG_DIR NEED_KIB
#   RESTART (manifest, process, drain, none)  EXPECT, EXPECT_OLD (lines "flag value")  LEVEL_403, LEVEL_401
#   (predicted level of the canary; empty: it is not recorded)  STEADY_SECONDS, LIMIT_SECONDS,
#   DRAIN_SECONDS, PROVE_SECONDS, RECORD
# Standard input: lines "manifest BASE64" and "policy BASE64" for what is to be written ("-": to be removed), then "end".
# Exit: 0 done; 10 refused, nothing was changed; 20 rolled back and healthy; 30 rolled back, health not verified.
umask 077
trap '' HUP PIPE INT TERM

for path in "$STATE_DIR" "$MANIFEST" "$POLICY" "$LOG"; do
  at "$path" >/dev/null || { printf 'kubewitness: %s: symbolic links that lead in a circle: mend them first\n' "$path" >&2; exit 10; }
done
state=$(at "$STATE_DIR")
run=$state/runs/$RUN
manifest=$(at "$MANIFEST")
policy=$(at "$POLICY")
log=$(at "$LOG")

# Nobody may be listening any more, and the journal's disk may be full: that must neither stop nor change anything.
note() { { printf '%s %s\n' "$(date +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$run/journal"; } 2>/dev/null || :; }
say() { note "$*" && printf '%s\n' "$*" 2>/dev/null || :; }
fail() { note "$*" && printf 'kubewitness: %s\n' "$*" >&2 2>/dev/null || :; }
refuse() { fail "$*" && { [ -n "$policy_done" ] || rm -rf "$run"; } && unlock && exit 10; } # a backup outlives what it may still be needed for
clock() { cut -d . -f 1 /proc/uptime; }
sha() { if [ -e "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; else echo absent; fi; }

# ---- one operator at a time
lock() {
  mkdir -p "$run" "$state/runs" || { printf 'kubewitness: %s: cannot be written: is the disk full or read-only?\n' "$STATE_DIR" >&2; exit 10; }
  boot=$(cat /proc/sys/kernel/random/boot_id)
  if ! mkdir "$state/lock" 2>/dev/null; then
    read -r l_boot l_pid l_started l_who <"$state/lock/owner" 2>/dev/null || l_boot=''
    if [ "$l_boot" = "$boot" ] && [ -n "$l_started" ] && [ "$(started "$l_pid")" = "$l_started" ]; then
      printf 'kubewitness: this node is being changed by %s (pid %s): wait for it to end\n' "$l_who" "$l_pid" >&2
      rm -rf "$run"
      exit 10
    fi
    mv "$state/lock" "$state/lock.stale.$$" 2>/dev/null && rm -rf "$state/lock.stale.$$"
    mkdir "$state/lock" 2>/dev/null || { printf 'kubewitness: another run took the lock just now: start again\n' >&2; exit 10; }
    say "took over the lock of a run that ended without releasing it: ${l_who:-unknown}"
  fi
  printf '%s %s %s %s\n' "$boot" $$ "$(started $$)" "$OWNER" >"$state/lock/owner"
}
unlock() { rm -rf "$state/lock"; }

receive() { # what is to be written, from standard input; nothing is used unless all of it came
  r_end=''
  while read -r r_kind r_data; do
    case $r_kind in
    manifest | policy)
      if [ "$r_data" = - ]; then : >"$run/$r_kind.remove" && continue; fi
      printf '%s' "$r_data" | base64 -d >"$run/$r_kind.new" || refuse "$STATE_DIR: the new $r_kind could not be stored: is the disk full?"
      ;;
    end) r_end=yes && break ;;
    esac
  done
  [ "$r_end" = yes ] || refuse "the connection ended before everything was sent: start again"
}

# ---- files
put() { # SOURCE DESTINATION MODE OWNER: atomically; the name starts with a dot until the rename, so no kubelet runs it
  p_part=${2%/*}/.kubewitness.${2##*/}
  if cp "$1" "$p_part" && own "$4" "$p_part" && chmod "$3" "$p_part" && { sync "$p_part" 2>/dev/null || sync; } && mv -f "$p_part" "$2"; then
    sync "${2%/*}" 2>/dev/null || sync
  else
    rm -f "$p_part"
    return 1
  fi
}
own() { [ "$(stat -c '%u:%g' "$2")" = "$1" ] || chown "$1" "$2"; }
folder() { [ -d "$1" ] || mkdir -p "$1"; }
save() { # NAME FILE: into the run's folder, with what is needed to put it back
  [ ! -e "$2" ] || { cp -p "$2" "$run/$1.old" && stat -L -c '%a %u:%g' "$2" >"$run/$1.shape"; }
}
put_back() { # NAME FILE
  if [ -e "$run/$1.old" ]; then
    read -r b_mode b_owner <"$run/$1.shape"
    put "$run/$1.old" "$2" "$b_mode" "$b_owner"
  else
    rm -f "$2"
  fi
}

# ---- the process
identity() { for i_pid in $(processes kube-apiserver); do printf '%s.%s\n' "$i_pid" "$(started "$i_pid")"; done | tail -n 1; }
has_flags() { # PID LINES: every "flag value" holds in the arguments of PID
  printf '%s\n' "$2" | while read -r a_flag a_value; do
    [ -z "$a_flag" ] || [ "$(flag_of "$1" "$a_flag")" = "$a_value" ] || exit 1
  done
}
ready() { # PID
  y_at=$(endpoint "$1")
  [ "$(https_get "$y_at" /readyz | head -n 1)" = 200 ] && [ "$(https_get "$y_at" /livez | head -n 1)" = 200 ]
}
attempts() { # how many containers the kubelet has started for the newest pod of ours
  # shellcheck disable=SC2012  # the kubelet names them itself
  t_dir=$(ls -dt /var/log/pods/"${POD}"-*_*/kube-apiserver 2>/dev/null | head -n 1)
  # shellcheck disable=SC2012
  [ -z "$t_dir" ] || printf '%s %s\n' "$t_dir" "$(ls "$t_dir" | sed -n 's/^\([0-9]*\)\.log$/\1/p' | sort -n | tail -n 1)"
}
last_words() { # the API server's own account of why it ended, and the kubelet's if there was no container
  read -r w_dir w_number <<W
$(attempts)
W
  w_text=$(grep -hE 'command failed|^[^ ]* [^ ]* F Error:|Error: ' "$w_dir/$w_number.log" 2>/dev/null | tail -n 1 | sed 's/^[^ ]* std[a-z]* [FP] //')
  if [ -z "$w_text" ] && command -v journalctl >/dev/null 2>&1; then
    w_text=$(journalctl -u kubelet --since "@$changed_at" --no-pager -o cat 2>/dev/null | grep -E 'kube-apiserver' | grep -oE 'hostPath type check failed[^"]*|MountVolume.SetUp failed[^"]*|couldn.t parse as pod.*' | tail -n 1)
  fi
  printf '%s' "$w_text" | tr -d '\000-\037\177' | cut -c 1-400
}

# settle OLD-IDENTITY EXPECT: waits until a process other than OLD (empty: any) with these flags has been ready, and
# the same, for STEADY_SECONDS. On failure `why` says what was seen.
settle() {
  w_until=$(($(clock) + LIMIT_SECONDS)) steady='' since=0 why='no new kube-apiserver process appeared'
  read -r s_dir s_first <<S
$(attempts)
S
  while [ "$(clock)" -lt "$w_until" ]; do
    now=$(identity)
    if [ -n "$now" ] && [ "$now" != "$1" ]; then
      if ! has_flags "${now%%.*}" "$2"; then
        why='the new process has other arguments than the manifest: does another manifest define the same pod?' steady=''
      elif ! ready "${now%%.*}"; then
        why='the new process does not get ready' steady=''
      elif [ "$now" != "$steady" ]; then
        steady=$now since=$(clock)
        say "  ready after $((since - begun)) s (pid ${now%%.*}); watching it for $STEADY_SECONDS s"
      elif [ $(($(clock) - since)) -ge "$STEADY_SECONDS" ]; then
        return 0
      fi
    else
      [ -z "$steady" ] || why='the new process ended again'
      steady=''
    fi
    read -r s_now s_count <<S
$(attempts)
S
    if [ "$s_now" != "$s_dir" ]; then s_dir=$s_now s_first=-1; fi
    # one exit may be chance; two with a reason given, or three, are not
    s_exits=$((${s_count:-0} - ${s_first:--1} - 1))
    if [ "$s_exits" -ge 2 ] || { [ "$s_exits" -ge 1 ] && last_words | grep -qE 'audit|unknown flag'; }; then
      why='kube-apiserver exits again and again'
      return 1
    fi
    sleep 1
  done
  return 1
}

# prove LEVEL-403 LEVEL-401: our own request is in the log, at the level that the policy gives it.
prove() {
  id=kubewitness-$RUN
  from=$(stat -L -c %s "$log" 2>/dev/null || echo 0)
  at_server=$(endpoint "$(processes kube-apiserver | tail -n 1)")
  code=$(send_canary "$at_server" "$id")
  case $code in
  403) level=$1 ;;
  401) level=$2 ;;
  *) why="the canary was answered with ${code:-nothing}, not with 403 or 401" && return 1 ;;
  esac
  [ -n "$level" ] || { say "  canary: answered $code; the policy does not record it, so it proves nothing here" && return 0; }
  tries=0
  until event=$(find_canary "$log" "$from" "$id"); do
    tries=$((tries + 1))
    [ "$tries" -lt "$PROVE_SECONDS" ] || { why="the canary $id (answered $code) is not in $LOG" && return 1; }
    sleep 1
  done
  case $event in
  *"\"level\":\"$level\""*) say "  canary $id: answered $code, found in $LOG at level $level" ;;
  *) why="the canary $id was recorded, but not at level $level as the policy says" && return 1 ;;
  esac
}

replace_process() { # the kubelet starts the container again with the same manifest: the fastest way to a new policy
  for k_pid in $(processes kube-apiserver); do kill -9 "$k_pid"; done
}
drain_process() { # no new requests, time for every buffer to be written, then the same
  for k_pid in $(processes kube-apiserver); do kill -TERM "$k_pid"; done
  drain_until=$(($(clock) + DRAIN_SECONDS))
  while [ "$(clock)" -lt "$drain_until" ] && [ "$(identity)" = "$old" ]; do sleep 1; done
  [ "$(identity)" != "$old" ] || kill -9 "${old%%.*}"
}

# ---- putting everything back
roll_back() {
  said=$(last_words)
  fail "$MANIFEST: $why${said:+; kube-apiserver said: $said}; rolling back"
  before=$(identity)
  begun=$(clock)
  back=yes
  [ -z "$policy_done" ] || put_back policy "$policy" || back=''
  [ -z "$manifest_done" ] || put_back manifest "$manifest" || back=''
  if [ -z "$back" ]; then
    fail "$MANIFEST: could not be put back: copy $STATE_DIR/runs/$RUN/manifest.old over $MANIFEST and $STATE_DIR/runs/$RUN/policy.old over $POLICY by hand"
    unlock
    exit 30
  fi
  if [ -n "$manifest_done" ]; then
    has_flags "${before%%.*}" "$EXPECT_OLD" 2>/dev/null && ! has_flags "${before%%.*}" "$EXPECT" && before=''
  elif [ "$RESTART" = process ] || [ "$RESTART" = drain ]; then
    replace_process
  else
    before=''
  fi
  for made in "${policy%/*}" "$(at "$LOG_DIR")"; do rmdir "$made" 2>/dev/null; done # only where they are empty
  if settle "$before" "$EXPECT_OLD"; then
    fail "$MANIFEST: rolled back: the old configuration serves again; nothing of run $RUN is left in force"
    unlock
    exit 20
  fi
  fail "$MANIFEST: rolled back, but kube-apiserver is not ready ($why): look at journalctl -u kubelet and /var/log/pods/${POD}-*; the files before this run are in $STATE_DIR/runs/$RUN"
  unlock
  exit 30
}

# ---- the run
lock
receive
new=''
for name in manifest policy; do if [ -e "$run/$name.new" ]; then new="$new $name"; fi; done
[ "$(sha "$manifest")" = "$MANIFEST_SHA256" ] || refuse "$MANIFEST: changed since it was read: start again"
[ -z "$POLICY" ] || [ "$(sha "$policy")" = "$POLICY_SHA256" ] || refuse "$POLICY: changed since it was read: start again"
old=''
if [ "$VIEW" = live ]; then
  old=$(identity)
  [ -n "$old" ] || refuse "no kube-apiserver runs on this node: mend that first, then start again"
  ready "${old%%.*}" || refuse "kube-apiserver is not ready at $(endpoint "${old%%.*}") before any change: mend that first, then start again"
  if [ -n "$NEED_KIB" ]; then
    room=$log && while [ -n "$room" ] && [ ! -d "$room" ]; do room=${room%/*}; done
    free=$(df -Pk "${room:-/}" | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -ge "$NEED_KIB" ] || refuse "$LOG: the rotation asked for needs $((NEED_KIB / 1024)) MiB and $((free / 1024)) MiB are free: make room, or lower maxbackup and maxsize in the standard"
  fi
fi

for name in $new; do
  case $name in manifest) save manifest "$manifest" ;; policy) save policy "$policy" ;; esac || refuse "$STATE_DIR: no backup could be written: is the disk full?"
done
[ ! -e "$run/policy.remove" ] || save policy "$policy" || refuse "$STATE_DIR: no backup could be written: is the disk full?"
sync
manifest_done='' policy_done='' changed_at=$(date +%s) begun=$(clock) why=''
case $new in *policy*)
  mode=600 owner=$(id -u):$(id -g) # root on a node; whoever prepares an image in a tree of theirs
  [ ! -e "$run/policy.shape" ] || read -r mode owner <"$run/policy.shape"
  folder "${policy%/*}" && put "$run/policy.new" "$policy" "$mode" "$owner" || refuse "$POLICY: could not be written: is the disk full or read-only?"
  policy_done=yes
  say "policy written to $POLICY"
  ;;
esac
if [ -n "$LOG_DIR" ] && ! folder "$(at "$LOG_DIR")"; then
  [ -z "$policy_done" ] || put_back policy "$policy"
  refuse "$LOG_DIR: could not be made: is the disk full or read-only?"
fi
case $new in *manifest*)
  read -r mode owner <"$run/manifest.shape"
  if ! put "$run/manifest.new" "$manifest" "$mode" "$owner"; then
    [ -z "$policy_done" ] || put_back policy "$policy"
    refuse "$MANIFEST: could not be written: is the disk full or read-only?"
  fi
  manifest_done=yes
  say "manifest written to $MANIFEST"
  ;;
esac

if [ "$VIEW" = tree ]; then
  [ "$RESTART" = none ] || say "restart, readiness and canary: not done: a file tree has no API server"
else
  case $RESTART in
  manifest) say "waiting for the kubelet to replace kube-apiserver (about 45 s)" ;;
  process) say "replacing the kube-apiserver process, so that it reads the policy (about 5 s)" && replace_process ;;
  drain) say "letting kube-apiserver write what it has buffered, then replacing it (about 45 s)" && drain_process ;;
  none) old='' ;;
  esac
  settle "$old" "$EXPECT" || roll_back
  [ -z "$LOG" ] || prove "$LEVEL_403" "$LEVEL_401" || roll_back
fi

if [ -e "$run/policy.remove" ]; then # last of all: until here a way back needed it
  rm -f "$policy"
  say "policy removed: $POLICY"
fi

# ---- what this run leaves, for the next one to compare with
keep() { cp "$1" "$state/.$2" && mv -f "$state/.$2" "$state/$2"; }
keep "$manifest" last-manifest.yaml
if [ -n "$POLICY" ] && [ -e "$policy" ]; then keep "$policy" last-policy.yaml; else rm -f "$state/last-policy.yaml"; fi
now=''
[ "$VIEW" = tree ] || now=$(identity)
printf '%s' "$RECORD" | sed "s/@PID@/${now%%.*}/; s/@STARTED@/${now#*.}/" >"$run/record.json" && keep "$run/record.json" last.json
sync
unlock
say "done in $(($(clock) - begun)) s"
