# shellcheck shell=sh disable=SC2154  # parameters, node.sh and the functions of probe.sh come in front
# The log shippers of a node: programs, services, configurations, and who holds the audit log open.
# Parameter SHIPPERS: a line each, PROGRAM|COMMANDS|UNITS|FILES; FILES are paths, the main one first; * is for a whole name
# but its ending.

# installed COMMANDS: where the first of them lies; nothing: none is there.
installed() {
  for i_name in $1; do
    for i_dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin /opt/"$i_name"/bin /opt/"$i_name"; do
      if i_at=$(at "$i_dir/$i_name") && [ -f "$i_at" ] && [ -x "$i_at" ]; then printf '%s' "$i_dir/$i_name" && return; fi
    done
  done
}

# unit_of UNITS: the first of them that systemd has a file for.
unit_of() {
  for u_unit in $1; do
    for u_dir in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
      if u_at=$(at "$u_dir/$u_unit") && [ -f "$u_at" ]; then printf '%s' "$u_unit" && return; fi
    done
  done
}

shipper() { # PROGRAM COMMANDS UNITS FILES NUMBER
  h_command=$(installed "$2") h_unit=$(unit_of "$3") h_version='' h_modules='' h_run=''
  [ -n "$h_command$h_unit" ] || return 0
  if [ "$VIEW" = live ] && [ -n "$h_command" ]; then
    h_version=$({ timeout 5 "$h_command" --version || timeout 5 "$h_command" version || timeout 5 "$h_command" -v; } 2>/dev/null </dev/null | grep -o '[0-9][0-9]*\.[0-9][0-9.]*' | head -n 1)
  fi
  if [ "$1" = rsyslog ]; then
    for h_dir in "$ROOT"/usr/lib/*/rsyslog "$ROOT"/usr/lib64/rsyslog "$ROOT"/usr/lib/rsyslog; do
      for h_so in "$h_dir"/*.so; do [ ! -e "$h_so" ] || { h_so=${h_so##*/} && h_modules="$h_modules ${h_so%.so}"; }; done
    done
  fi
  if [ "$VIEW" = live ] && [ -n "$h_unit" ] && command -v systemctl >/dev/null 2>&1; then
    h_run="active=$(systemctl is-active "$h_unit" 2>/dev/null | head -n 1)"
    h_pid=$(systemctl show -p MainPID --value "$h_unit" 2>/dev/null)
    if [ "${h_pid:-0}" != 0 ]; then
      frame shipperprocess "number=$5" "pid=$h_pid" "started=$(started "$h_pid")" \
        "$(awk '/^Uid:/ { printf "uid=%s", $3 }' "/proc/$h_pid/status" 2>/dev/null)" \
        "$(awk '/^Gid:/ { gids = $3 } /^Groups:/ { for (i = 2; i <= NF; i++) gids = gids " " $i } END { printf "gids=%s", gids }' "/proc/$h_pid/status" 2>/dev/null)" \
        "$(awk '/^CapEff:/ { printf "capabilities=%s", $2 }' "/proc/$h_pid/status" 2>/dev/null)"
    fi
  fi
  frame shipper "number=$5" "program=$1" "command64=$(text64 "$h_command")" "unit64=$(text64 "$h_unit")" "version64=$(text64 "$h_version")" "modules64=$(text64 "${h_modules# }")" ${h_run:+"$h_run"}
  set -f
  # shellcheck disable=SC2086  # split on purpose
  set -- "$5" $4
  set +f
  h_role=shipper$1 && shift
  for h_path in "$@"; do
    case $h_path in
    */\**) named_in "$h_role" "${h_path%/*}" "${h_path##*/\*}" ;;
    *) seen "$h_role" "$h_path" text ;;
    esac
  done
}
named_in() { # ROLE FOLDER ENDING
  n_dir=$(at "$2") && [ -d "$n_dir" ] || return 0
  if [ ! -r "$n_dir" ] || [ ! -x "$n_dir" ]; then seen "$1" "$2/*$3" text && return; fi
  n_count=0
  for n_file in "$n_dir"/*"$3"; do
    [ -e "$n_file" ] || [ -L "$n_file" ] || continue
    n_count=$((n_count + 1))
    [ "$n_count" -le 100 ] || return 0
    seen "$1" "$2/${n_file##*/}" text
  done
}

# log_readers LOG: processes beside kube-apiserver that hold LOG open, whatever they call it.
log_readers() {
  l_log=$(at "$1") && l_id=$(stat -L -c '%d:%i' "$l_log" 2>/dev/null) || return 0
  find /proc/[0-9]*/fd -maxdepth 1 -lname "*/${1##*/}" 2>/dev/null | head -n 200 | while IFS= read -r l_fd; do
    [ "$(stat -L -c '%d:%i' "$l_fd" 2>/dev/null)" = "$l_id" ] || continue
    l_pid=${l_fd#/proc/} && l_pid=${l_pid%%/*}
    l_name='' && read -r l_name 2>/dev/null <"/proc/$l_pid/comm"
    [ "$l_name" = kube-apiserver ] || printf '%s\t%s\n' "$l_pid" "$l_name"
  done | sort -u | while IFS='	' read -r l_pid l_name; do
    l_pod=''
    ! grep -q kubepods "/proc/$l_pid/cgroup" 2>/dev/null || l_pod=1
    frame logreader "path64=$(text64 "$1")" "pid=$l_pid" "name64=$(text64 "$l_name")" ${l_pod:+pod=1}
  done
}

log_shippers() { # LOGS, a line each
  frame shippers present=1
  g_number=0
  while IFS='|' read -r g_program g_commands g_units g_files; do
    g_number=$((g_number + 1))
    [ -z "$g_program" ] || shipper "$g_program" "$g_commands" "$g_units" "$g_files" "$g_number"
  done <<G
$SHIPPERS
G
  [ "$VIEW" = live ] || return 0
  printf '%s\n' "$1" | sort -u | while IFS= read -r g_log; do [ -z "$g_log" ] || log_readers "$g_log"; done
}
