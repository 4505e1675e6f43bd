# shellcheck shell=sh disable=SC2154,SC2034  # parameters and what stands before come in front
# The running kube-apiserver: which process, has it the arguments, is it ready and does it stay so, does it record.

clock() { cut -d . -f 1 /proc/uptime; }
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
  printf '%s' "$w_text" | cut -c 1-400
}

# A kubelet can be there and do nothing: stopped by a signal, or hung. Prints why it would not act; nothing where it would.
idle_kubelet() {
  for k_pid in $(processes kubelet); do
    case $(sed 's/^.*) //' "/proc/$k_pid/stat" 2>/dev/null) in T* | t*) printf 'is stopped by a signal (pid %s)' "$k_pid" && return ;; esac
  done
  command -v curl >/dev/null || return 0
  k_health=$(curl --silent --noproxy '*' --max-time 5 http://127.0.0.1:10248/healthz 2>/dev/null)
  case $?:$k_health in 0:ok | 7:*) ;; *) printf 'does not answer on its own health port (10248)' ;; esac # 7: it has none
}

# wake_kubelet PID: starts the kubelet anew, once, where it has not acted. PID of the old process, which still serves: so
# nobody has told it to end, and the manifest was not seen; empty: no process has been there for as long.
wake_kubelet() {
  [ -z "$woken" ] || return 0
  if [ -z "$1" ]; then
    [ $(($(clock) - seen_at)) -ge "$KUBELET_SECONDS" ] || return 0
    w_saw='started no kube-apiserver'
  else
    if [ -z "$manifest_done" ] || [ $(($(clock) - begun)) -lt "$KUBELET_SECONDS" ] || ! ready "$1"; then return 0; fi
    w_saw='not acted on the manifest'
  fi
  # it reads every manifest when it starts, forgets how long it wanted to wait, and leaves running containers alone
  woken=yes why='no new kube-apiserver process appeared, not even after the kubelet was started anew'
  say "  the kubelet has $w_saw for $KUBELET_SECONDS s: starting the kubelet anew"
  systemctl --no-block restart kubelet >/dev/null 2>&1 || say "  systemctl restart kubelet failed"
}

# settle OLD-IDENTITY EXPECT: waits until a process other than OLD (empty: any) with these flags has been ready, and
# the same, for STEADY_SECONDS. On failure `why` says what was seen.
settle() {
  w_until=$(($(clock) + LIMIT_SECONDS)) steady='' since=0 woken='' seen_at=$(clock) why='no new kube-apiserver process appeared'
  read -r s_dir s_first <<S
$(attempts)
S
  while [ "$(clock)" -lt "$w_until" ]; do
    now=$(identity)
    [ -z "$now" ] || seen_at=$(clock)
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
      wake_kubelet "${now%%.*}"
    fi
    read -r s_now s_count <<S
$(attempts)
S
    # another pod; on a way back one that ran before, whose containers are numbered on
    if [ "$s_now" != "$s_dir" ]; then s_dir=$s_now s_first=$((${s_count:-0} - 1)); fi
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

# answer ID: sends the canary until it is answered as a request without rights is, for 15 s; prints the code.
answer() {
  a_try=0
  while :; do
    a_code=$(send_canary "$(endpoint "${now%%.*}")" "$1")
    case $a_code in 403 | 401) break ;; esac
    a_try=$((a_try + 1))
    [ "$a_try" -lt 15 ] || break
    sleep 1
  done
  printf '%s' "${a_code:-000}"
}

# prove LEVEL-403 LEVEL-401: our own request is in the log, at the level that the policy gives it.
prove() {
  id=kubewitness-$RUN now=$(identity)
  from=$(log_mark "$log")
  code=$(answer "$id")
  case $code in
  403) level=$1 ;;
  401) level=$2 ;;
  *) why="the canary was answered with $code, not with 403 or 401" && return 1 ;;
  esac
  if [ -z "$level" ]; then
    say "  canary: answered $code; the policy does not record it, so it proves nothing here"
    return 0
  fi
  tries=0
  # the id alone proves nothing, callers choose it themselves: what was asked must be ours too
  until event=$(find_canary "$log" "$from" "$id" | grep -F "\"requestURI\":\"$CANARY_PATH\"" | grep -F '"verb":"get"'); do
    tries=$((tries + 1))
    if [ "$tries" -ge "$PROVE_SECONDS" ]; then
      why="the canary $id (answered $code) is not in $LOG"
      return 1
    fi
    sleep 1
  done
  case $event in
  *"\"level\":\"$level\""*) say "  canary $id: answered $code, found in $LOG at level $level" ;;
  *) why="the canary $id was recorded, but not at level $level as the policy says" && return 1 ;;
  esac
}

replace_process() { # IDENTITY: the kubelet starts the container again with the same manifest: the fastest way to a new policy
  [ -z "$1" ] || [ "$(identity)" != "$1" ] || kill -9 "${1%%.*}"
}
drain_process() { # IDENTITY: no new requests, time for every buffer to be written, then the same
  [ -n "$1" ] || return 0
  [ "$(identity)" != "$1" ] || kill -TERM "${1%%.*}"
  drain_until=$(($(clock) + DRAIN_SECONDS))
  while [ "$(clock)" -lt "$drain_until" ] && [ "$(identity)" = "$1" ]; do sleep 1; done
  replace_process "$1"
}
