# shellcheck shell=sh disable=SC2154,SC2153  # parameters and what stands before come in front
# An audit log that somebody removed lives as long as the process that has it open. Before a run ends that process, what
# is in it is saved beside the log; what is still written until the end is added afterwards.

# removed_log PID: the descriptor of a file of the audit log's folder that has no name any more; nothing: there is none.
removed_log() {
  l_dir=$(flag_of "$1" audit-log-path)
  case $l_dir in /*) l_dir=${l_dir%/*} ;; *) return 0 ;; esac
  for l_fd in "/proc/$1/fd"/*; do
    case $(readlink "$l_fd" 2>/dev/null) in "$l_dir"/*) ;; *) continue ;; esac
    [ "$(stat -L -c %h "$l_fd" 2>/dev/null)" != 0 ] || { printf '%s' "$l_fd" && return; }
  done
}

saved=''
save_removed_log() { # PID: fails where there is no room for it
  v_from=$(removed_log "$1")
  if [ -z "$v_from" ] || ! (exec 8<"$v_from") 2>/dev/null; then return 0; fi
  exec 8<"$v_from"
  saved=$run/removed-audit.log
  if [ -n "$log" ] && [ -d "${log%/*}" ]; then
    v_name=${log##*/}
    case $v_name in *.*) v_name=${v_name%.*}-saved-$RUN.${v_name##*.} ;; *) v_name=$v_name-saved-$RUN ;; esac
    saved=${log%/*}/$v_name
  fi
  if taken_away "$saved" && add_to_saved; then
    say "the audit log was removed while kube-apiserver writes to it: its events are saved in ${saved#"$ROOT"}"
    return 0
  fi
  drop_saved
  return 1
}
add_to_saved() { [ -z "$saved" ] || cat <&8 2>/dev/null >>"$saved"; } # goes on where it ended the last time
drop_saved() { # nothing ended the process: it still has all of it
  [ -z "$saved" ] || rm -f "$saved"
  saved=''
}
