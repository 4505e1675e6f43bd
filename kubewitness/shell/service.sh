# shellcheck shell=sh disable=SC2154,SC2153,SC2034  # parameters, node.sh, lock.sh and files.sh come in front
# Changes the files of one service of a node, starts it anew and watches it, or puts everything back. It runs on the node
# by itself: when the connection that started it drops, it goes on to its end. What it says is also in the run's journal.
# Parameters: ROOT VIEW RUN OWNER STATE_DIR UNIT OWNED (all files of ours, a line each) RECORD STEADY_SECONDS LIMIT_SECONDS
#   MAIN, CHECKED (the file that CHECK is about, and its number where it changes), CHECK (the program's own check, a line a
#   word; {}: the file, which is not in place yet), CHECK_ALL (the same for everything, in place)
#   UPLOADED (where the program lies, if it was sent)
#   USER_OF, GROUP_OF (whose the service is, made where it is not there; empty: root's)  FOLDERS (its own, a line each:
#   MODE PATH)  READS_LOG (the audit log that the group has to read; empty: none)  GIVES_WAY (units that are stopped)
#   ALSO (units that are started anew if they run: a file of theirs goes)
#   ROOM_KIB (what the disk of the first of FOLDERS must hold, with what lies there already; 0: it matters little)
#   RESTART (yes: nobody knows that the process has what the files say)  UNDONE (the run that this one undoes; or empty)
# Standard input: lines "file NUMBER PATH64 MODE OWNER SHA256-BEFORE DATA64" ("-": to be removed; "=": empty;
# "@SHA256": the program in UPLOADED), then "end". They are put in place in the order of their numbers, so the last one decides; "first"
# in place of "file": nothing names it yet, and the program's own check looks at it (a certificate, the program itself).
# Exit: 0 done; 10 refused, nothing was changed; 20 put back, and as it was; 30 look at the node: it says why.
umask 077
trap '' HUP PIPE INT TERM

at "$STATE_DIR" >/dev/null || stop "$STATE_DIR: symbolic links that lead in a circle: mend them first"
state=$(at "$STATE_DIR")
run=$state/runs/$RUN
done_upto='' why='' begun='' made_user='' stopped='' restarted=''

abandon() { [ -n "$done_upto" ] || rm -rf "$run"; }
leave() {
  for v_number in $(numbers); do unstage "$(target "$v_number")"; done
  printf '%s\n' "$OWNED" | while IFS= read -r v_path; do # a run that was killed left some beside what does not change now
    [ -z "$v_path" ] || unstage "$(at "$v_path")"
  done
  case $UPLOADED in /tmp/?*) rm -f "$UPLOADED" ;; esac
}
numbers() { cat "$run/numbers" 2>/dev/null; }
backwards() { numbers | sort -rn; }
path_of() { cat "$run/$1.path"; }
target() { at "$(path_of "$1")"; }
systemd() { [ "$VIEW" = live ] && systemctl "$@"; }

receive() { # what is to be written, from standard input; nothing is used unless all of it came
  r_end=''
  while read -r r_kind r_number r_path r_mode r_owner r_sha r_data; do
    case $r_kind in
    file | first)
      [ "$r_kind" = file ] || true >"$run/$r_number.first"
      { printf '%s' "$r_path" | base64 -d >"$run/$r_number.path" && printf '%s %s\n' "$r_mode" "$r_owner" >"$run/$r_number.wanted" &&
        printf '%s' "$r_sha" >"$run/$r_number.before" && printf '%s\n' "$r_number" >>"$run/numbers" && content_of "$r_number" "$r_data"; } ||
        refuse "$STATE_DIR: what is to be written could not be stored: is the disk full?"
      ;;
    end) r_end=yes && break ;;
    esac
  done
  [ "$r_end" = yes ] || refuse "the connection ended before everything was sent: start again"
}
content_of() { # NUMBER DATA
  case $2 in
  -) true >"$run/$1.remove" ;;
  @*)
    cp "$UPLOADED" "$run/$1.new" || return 1
    [ "$(sha "$run/$1.new")" = "${2#@}" ] || refuse "$(path_of "$1"): what arrived is not the file that was sent: start again"
    ;;
  '=') true >"$run/$1.new" ;;
  *) printf '%s' "$2" | base64 -d >"$run/$1.new" ;;
  esac
}
take_over() { # what the run to undo saved, as if it had been sent
  u_run=$state/runs/$UNDONE
  [ -f "$u_run/numbers" ] || refuse "run $UNDONE: nothing of it is on this node: is the id right?"
  # shellcheck disable=SC2013  # numbers
  for u_number in $(sort -rn "$u_run/numbers"); do
    u_new=$((1000 - u_number))
    { cp "$u_run/$u_number.path" "$run/$u_new.path" && printf '%s\n' "$u_new" >>"$run/numbers"; } || refuse "$STATE_DIR: is the disk full?"
    if [ -e "$u_run/$u_number.remove" ]; then printf absent; else sha "$u_run/$u_number.new" | tr -d '\n'; fi >"$run/$u_new.before"
    if [ -e "$u_run/$u_number.absent" ]; then
      true >"$run/$u_new.remove"
    else
      { cp "$u_run/$u_number.old" "$run/$u_new.new" && cp "$u_run/$u_number.shape" "$run/$u_new.wanted"; } || refuse "$(path_of "$u_new"): what it was before is not there any more: put it back by hand"
    fi
    [ "$(sha "$(target "$u_new")")" = "$(cat "$run/$u_new.before")" ] || refuse "$(path_of "$u_new"): changed since run $UNDONE: undo what changed it first"
  done
}

look_again() {
  for l_number in $(numbers); do
    l_path=$(path_of "$l_number")
    l_file=$(at "$l_path") || refuse "$l_path: symbolic links that lead in a circle: mend them first"
    [ "$(sha "$l_file")" = "$(cat "$run/$l_number.before")" ] || refuse "$l_path: changed since it was read: start again"
  done
  was_active=$(systemd is-active "$UNIT" 2>/dev/null | head -n 1)
  was_enabled=$(systemd is-enabled "$UNIT" 2>/dev/null | head -n 1)
  { printf '%s\n' "$UNIT" >"$run/unit" && printf '%s\n' "$GIVES_WAY $ALSO" >"$run/others" && printf '%s %s\n' "${was_active:-unknown}" "${was_enabled:-unknown}" >"$run/was"; } || refuse "$STATE_DIR: is the disk full?"
}

enough_room() { # a queue that the disk cannot take loses what is in it
  [ "$ROOM_KIB" -gt 0 ] && [ "$VIEW" = live ] || return 0
  q_path=$(printf '%s\n' "$FOLDERS" | sed -n '1s/^[^ ]* //p')
  q_dir=$(at "$q_path") || refuse "$q_path: symbolic links that lead in a circle: mend them first"
  q_used=$(du -sk "$q_dir" 2>/dev/null | cut -f 1)
  while [ -n "$q_dir" ] && [ ! -d "$q_dir" ]; do q_dir=${q_dir%/*}; done
  q_free=$(df -Pk "${q_dir:-/}" | awk 'NR == 2 { print $4 }')
  [ $((${q_free:-0} + ${q_used:-0})) -ge "$ROOM_KIB" ] ||
    refuse "$q_path: $(((${q_free:-0} + ${q_used:-0}) / 1024)) MiB of its disk are free or its own, and the queue needs $((ROOM_KIB / 1024)): what does not fit would be lost: make room, or set a smaller queue_mib in the standard"
}

make_user() { # the service's own: nobody logs in as it
  [ -n "$USER_OF" ] && [ "$VIEW" = live ] || return 0
  if ! id -u "$USER_OF" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$USER_OF" || refuse "$USER_OF: this user could not be made: make it, then start again"
    made_user=yes
  fi
}

prepare() { # backups, and everything that can fail for want of room, before anything is in force
  for p_number in $(numbers); do
    p_path=$(path_of "$p_number")
    p_file=$(at "$p_path")
    save "$p_number" "$p_file" "$(cat "$run/$p_number.before")" || give_up "$p_path: no backup could be written, or it changed since it was read: is the disk full? start again"
    stage_back "$p_number" "$p_file" || give_up "$p_path: is the disk full or read-only?"
    [ ! -e "$run/$p_number.remove" ] || continue
    read -r p_mode p_owner <"$run/$p_number.wanted"
    case $p_owner in [0-9]*) ;; *) p_owner=$(ids "$p_owner") ;; esac
    { folder "${p_file%/*}" && readable "${p_file%/*}" && stage "$run/$p_number.new" "$p_file" new "$p_mode" "$p_owner"; } || give_up "$p_path: could not be written: is the disk full or read-only?"
  done
  while read -r p_mode p_path; do
    [ -n "$p_path" ] || continue
    { p_file=$(at "$p_path") && folder "$p_file" && readable "${p_file%/*}" && shaped "$p_mode" "$p_file"; } || give_up "$p_path: could not be made: is the disk full or read-only?"
  done <<P
$FOLDERS
P
  note_made || give_up "$STATE_DIR: is the disk full?"
}
shaped() { # MODE FOLDER: one that is so already may be one that can only grow
  h_owner=$(ids "${USER_OF:-root}:${GROUP_OF:-root}")
  [ "$(stat -c '%a %u:%g' "$2")" = "$1 $h_owner" ] || { own "$h_owner" "$2" && chmod "$1" "$2"; }
}
ids() { # USER:GROUP as numbers; in a file tree whoever prepares it
  if [ "$VIEW" = live ]; then
    printf '%s:%s' "$(id -u "${1%%:*}")" "$(getent group "${1#*:}" | cut -d : -f 3)"
  else printf '%s:%s' "$(id -u)" "$(id -g)"; fi
}
readable() { # FOLDER: what this run made of its path lets the service in
  printf '%s' "$made" | while IFS= read -r o_made; do
    case $1/ in "$o_made"/*) chmod 755 "$o_made" || exit 1 ;; esac
  done
}
give_up() { # nothing is in force yet
  leave
  remove_made
  [ -z "$made_user" ] || userdel "$USER_OF" 2>/dev/null
  refuse "$*"
}

checks() { # WORDS FILE: the program's own check; `why` is what it says
  c_words=$1 c_file=$2
  set --
  while IFS= read -r c_word; do
    case $c_word in *'{}'*) c_word=${c_word%%'{}'*}$c_file${c_word#*'{}'} ;; esac
    set -- "$@" "$c_word"
  done <<C
$c_words
C
  c_said=$(timeout 60 "$@" 2>&1 </dev/null) && return 0
  why=$(printf '%s\n' "$c_said" | grep -iE 'error|invalid|unknown|cannot|could not|fail' | tail -n 3 | without_secrets)
  why=${why:-$(printf '%s\n' "$c_said" | tail -n 3 | without_secrets)}
  return 1
}
without_secrets() {
  sed 's#://[^/@ ]*@#://*****@#g; s/\(\(pass\|secret\|token\|api_key\|authorization\)[a-z_.]*"\{0,1\}[=: ]*\)[^ ,]*/\1*****/gI' | tr '\n' ' ' | cut -c 1-600
}
last_words() {
  journalctl -u "$UNIT" --since "@$changed_at" --no-pager -o cat 2>/dev/null | grep -vE '^(Start|Stopp|Stopped|Deactivated|Consumed)' | tail -n 4 | without_secrets
}

put() { # NUMBER
  if [ -e "$run/$1.remove" ]; then rm -f "$(target "$1")"; else commit "$(target "$1")" new; fi && done_upto="$1 $done_upto"
}
write() {
  for w_number in $(numbers); do
    case " $done_upto " in *" $w_number "*) continue ;; esac
    w_path=$(path_of "$w_number")
    if [ "$(sha "$(at "$w_path")")" != "$(cat "$run/$w_number.before")" ]; then
      why="changed since it was read: start again" && back "$w_path"
    fi
    put "$w_number" || { why="could not be written: is the disk full or read-only?" && back "$w_path"; }
    if [ -e "$run/$w_number.remove" ]; then say "removed $w_path"; else say "written to $w_path"; fi
  done
}

# The audit log is opened by kube-apiserver, which gives each new file the mode and the owner of the one before.
opens() { # MODE FILE: for the group, and remembers what it was
  a_was=$(stat -c '%a %u:%g' "$2")
  a_owner=$(stat -c %u "$2"):$(ids "root:$GROUP_OF" | cut -d : -f 2)
  [ "$a_was" != "$1 $a_owner" ] || return 0
  printf '%s %s\n' "$a_was" "$2" >>"$run/access" && own "$a_owner" "$2" && chmod "$1" "$2"
}
let_in() {
  [ -n "$READS_LOG" ] && [ -n "$GROUP_OF" ] || return 0
  a_log=$(at "$READS_LOG") || return 0
  a_dir=${a_log%/*}
  folder "$a_dir" || return 1
  a_name=${a_log##*/}
  for a_file in "$a_dir" "$a_log" "$a_dir/${a_name%.*}"-*; do
    [ -e "$a_file" ] || continue
    a_mode=640
    [ ! -d "$a_file" ] || a_mode=750
    case $a_file in "$ROOT"/var/log | "$ROOT"/var | "$ROOT"/ | "$ROOT") continue ;; esac # others' files lie there too
    opens "$a_mode" "$a_file" || return 1
  done
  a_up=${a_dir%/*}
  while [ -n "${a_up#"$ROOT"}" ]; do # what is root's alone keeps the group out of all that lies in it
    [ "$(stat -c %a "$a_up")" != 700 ] || opens 710 "$a_up" || return 1
    a_up=${a_up%/*}
  done
  [ ! -e "$run/access" ] || say "the group $GROUP_OF may read $READS_LOG now, and nobody else but its owner"
}
shut_out() { # RUN: what `let_in` of that run changed
  [ -f "$state/runs/$1/access" ] || return 0
  while read -r s_mode s_owner s_file; do
    if [ -e "$s_file" ]; then own "$s_owner" "$s_file" && chmod "$s_mode" "$s_file"; fi
  done <"$state/runs/$1/access"
}

end_timers() { # what is no longer there must not be run any more
  for e_number in $(numbers); do
    e_path=$(path_of "$e_number")
    case $e_path in *.timer) [ -e "$(at "$e_path")" ] || systemctl stop "${e_path##*/}" 2>/dev/null ;; esac
  done
}

back() { # WHERE: everything as it was
  fail "$1: ${why:-the service did not start}"
  say "putting everything back"
  for b_number in $(backwards); do
    case " $done_upto " in *" $b_number "*) ;; *) continue ;; esac
    put_back "$b_number" "$(target "$b_number")" || by_hand "$(by_copy "$b_number" "$(path_of "$b_number")")"
  done
  shut_out "$RUN"
  if [ "$VIEW" = live ]; then
    end_timers
    systemctl daemon-reload
    case $was_enabled in enabled*) ;; *) systemctl --quiet disable "$UNIT" 2>/dev/null ;; esac
    for b_unit in $stopped; do systemctl --quiet enable --now "$b_unit"; done
    for b_unit in $ALSO; do systemctl --quiet try-restart "$b_unit"; done
    if [ "$was_active" != active ]; then
      systemctl stop "$UNIT" 2>/dev/null
    elif [ -n "$restarted" ]; then
      systemctl reset-failed "$UNIT" 2>/dev/null
      systemctl restart "$UNIT"
      why=''
      settle || { fail "$UNIT: put back, but it does not run ($why): look at journalctl -u $UNIT; the files before this run are in $STATE_DIR/runs/$RUN" && end 30; }
    fi
  fi
  remove_made
  [ -z "$made_user" ] || userdel "$USER_OF" 2>/dev/null
  fail "$UNIT: put back: the old configuration is in force again; nothing of run $RUN is left"
  end 20
}
by_hand() {
  fail "could not be put back: $*"
  end 30
}

main_pid() { systemctl show -p MainPID --value "$UNIT" 2>/dev/null; }
identity() { i_pid=$(main_pid) && [ "${i_pid:-0}" != 0 ] && printf '%s.%s\n' "$i_pid" "$(started "$i_pid")"; }
clock() { cut -d . -f 1 /proc/uptime; }
settle() { # the same process for STEADY_SECONDS; on failure `why` says what was seen
  t_until=$(($(clock) + LIMIT_SECONDS)) t_steady='' t_since=0 t_changes=0
  while [ "$(clock)" -lt "$t_until" ]; do
    t_now=$(identity) t_state=$(systemctl is-active "$UNIT" 2>/dev/null | head -n 1)
    if [ "$t_state" = failed ]; then why="it ended: $(last_words)" && return 1; fi
    if [ "$t_state" != active ] || [ -z "$t_now" ]; then
      :
    elif [ "$t_now" != "$t_steady" ]; then
      [ -z "$t_steady" ] || t_changes=$((t_changes + 1))
      if [ "$t_changes" -ge 2 ]; then why="it ends again and again: $(last_words)" && return 1; fi
      t_steady=$t_now t_since=$(clock)
    elif [ $(($(clock) - t_since)) -ge "$STEADY_SECONDS" ]; then
      return 0
    fi
    sleep 1
  done
  why="it does not get active in $LIMIT_SECONDS s: $(last_words)"
  return 1
}

bring_into_force() {
  if [ "$VIEW" = tree ]; then
    say "the program's own check, user, restart: not done: a file tree has no services"
    return 0
  fi
  systemctl daemon-reload
  for g_unit in $GIVES_WAY; do
    systemctl --quiet disable --now "$g_unit" || { why="could not be stopped" && back "$g_unit"; }
    stopped="$stopped $g_unit"
    say "stopped $g_unit"
  done
  for g_unit in $ALSO; do
    systemctl --quiet try-restart "$g_unit" || { why="could not be started anew" && back "$g_unit"; }
  done
  restarted=yes
  systemctl --quiet enable "$UNIT" 2>/dev/null
  systemctl reset-failed "$UNIT" 2>/dev/null
  systemctl restart "$UNIT" || { why="systemctl restart failed: $(last_words)" && back "$UNIT"; }
  settle || back "$UNIT"
  say "$UNIT runs (pid $(main_pid)), watched for $STEADY_SECONDS s"
}

leave_as_before() { # an undone run: the service as it was before it
  read -r o_active o_enabled <"$state/runs/$UNDONE/was"
  shut_out "$UNDONE"
  [ "$VIEW" = live ] || return 0
  end_timers
  systemctl daemon-reload
  read -r o_others <"$state/runs/$UNDONE/others"
  for o_unit in $o_others; do systemctl --quiet enable "$o_unit" && systemctl --quiet restart "$o_unit"; done
  case $o_enabled in enabled*) ;; *) systemctl --quiet disable "$UNIT" 2>/dev/null ;; esac
  if [ "$o_active" != active ]; then
    systemctl stop "$UNIT" 2>/dev/null
    say "$UNIT is stopped, as it was before run $UNDONE"
    return 0
  fi
  restarted=yes
  systemctl restart "$UNIT" || { why="systemctl restart failed: $(last_words)" && back "$UNIT"; }
  settle || back "$UNIT"
  say "$UNIT runs as before run $UNDONE (pid $(main_pid))"
}

record() {
  now=''
  [ "$VIEW" = tree ] || now=$(identity)
  printf '%s' "$RECORD" | sed "s/@PID@/${now%%.*}/; s/@STARTED@/${now#*.}/" >"$run/record.json" && cp "$run/record.json" "$run/last" && mv -f "$run/last" "$state/last-$UNIT.json" && sync
}

lock
if [ -n "$UNDONE" ]; then take_over; else receive; fi
look_again
enough_room
make_user
prepare
changed_at=$(date +%s) begun=$(clock)
for number in $(numbers); do
  if [ -e "$run/$number.first" ] && [ -e "$run/$number.absent" ]; then put "$number" || { why="could not be written" && back "$(path_of "$number")"; }; fi
done
if [ "$VIEW" = live ] && [ -n "$CHECK" ]; then
  checked=$(at "$MAIN")
  [ -z "$CHECKED" ] || checked=$(staged "$checked" new)
  checks "$CHECK" "$checked" || { why="the program refuses this configuration: $why" && back "$MAIN"; }
fi
let_in || { why="could not be made readable for the group $GROUP_OF" && back "$READS_LOG"; }
write
if [ "$VIEW" = live ] && [ -n "$CHECK_ALL" ] && ! checks "$CHECK_ALL" ''; then
  why="the program refuses its configuration as a whole: $why"
  back "$UNIT"
fi
if [ -n "$UNDONE" ]; then leave_as_before; else bring_into_force; fi
record || say "this run could not be recorded: is the disk full?"
if [ -n "$UNDONE" ]; then
  leave # else its folder is not empty
  remove_made_by "$UNDONE"
fi
say "done in $(($(clock) - begun)) s"
end 0
