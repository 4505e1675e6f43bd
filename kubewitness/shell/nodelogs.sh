# shellcheck shell=sh disable=SC2154  # parameters, node.sh and the functions of probe.sh are there when this runs
# A node's own logs: what journald, the kubelet and the runtime are told, and what they have written. Of the logs
# themselves only sizes and times leave the node, and how many messages journald says that it dropped.

# conf ROLE FOLDER NAME: a configuration as systemd finds it: main files and drop-ins in every folder where it looks.
conf() {
  for g_dir in /etc/systemd /run/systemd /usr/local/lib/systemd /usr/lib/systemd /lib/systemd; do
    g_dir=$g_dir${2:+/$2}
    g_at=$(at "$g_dir") && [ -d "$g_at" ] || continue
    if [ -e "$g_at/$3" ] || [ -L "$g_at/$3" ]; then seen "$1" "$g_dir/$3" text; fi
    [ ! -d "$g_at/$3.d" ] || drop_ins "$1" "$g_dir/$3.d"
  done
}

# drop_ins ROLE FOLDER [ENDING]: its files, each with its text.
drop_ins() {
  i_at=$(at "$2") && [ -d "$i_at" ] || return 0
  if [ ! -r "$i_at" ] || [ ! -x "$i_at" ]; then frame file "role=$1" "path64=$(text64 "$2/*.${3:-conf}")" problem=denied && return; fi
  i_count=0
  for i_file in "$i_at"/*."${3:-conf}"; do
    [ -e "$i_file" ] || [ -L "$i_file" ] || continue
    i_count=$((i_count + 1))
    [ "$i_count" -le 200 ] || { frame file "role=$1" "path64=$(text64 "$2/*.${3:-conf}")" problem=too-many && return; }
    seen "$1" "${2%/}/${i_file##*/}" text
  done
}

# number_in TEXT: its first word, if it is a number.
number_in() { printf '%s\n' "$1" | awk 'NR == 1 && $1 ~ /^[0-9]+(\.[0-9]+)?$/ { print $1 }'; }

systemd_is_there() {
  for y_dir in /usr/lib/systemd /lib/systemd /etc/systemd; do if y_at=$(at "$y_dir") && [ -d "$y_at" ]; then return 0; fi; done
  return 1
}

kubelet_logs() {
  k_pid='' k_config=/var/lib/kubelet/config.yaml k_dir=''
  if [ "$VIEW" = live ]; then for k_pid in $(processes kubelet); do :; done; fi
  if [ -n "$k_pid" ]; then
    k_flags=$(for k_flag in container-log-max-size container-log-max-files event-qps; do
      k_value=$(flag_of "$k_pid" "$k_flag")
      [ -z "$k_value" ] || printf '%s=%s\n' "$k_flag" "$k_value"
    done)
    frame kubeletprocess "pid=$k_pid" "started=$(started "$k_pid")" "flags64=$(text64 "$k_flags")"
    k_config=$(flag_of "$k_pid" config)
    k_dir=$(flag_of "$k_pid" config-dir)
  else
    for k_env in /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet; do seen kubeletenv "$k_env" text; done
  fi
  case $k_config in /*) seen kubeletconfig "$k_config" text ;; esac
  case $k_dir in /*) drop_ins kubeletdropin "$k_dir" ;; esac
}

runtime_logs() {
  t_names='' t_config=''
  for t_name in containerd crio; do
    if [ "$VIEW" = tree ]; then
      for t_sign in /etc/$t_name /usr/lib/systemd/system/$t_name.service /lib/systemd/system/$t_name.service /etc/systemd/system/$t_name.service; do
        if t_at=$(at "$t_sign") && [ -e "$t_at" ]; then t_names="$t_names $t_name" && break; fi
      done
      continue
    fi
    for t_pid in $(processes "$t_name"); do
      [ "$t_name" != containerd ] || t_config=$(flag_of "$t_pid" config)
      t_names="$t_names $t_name" && break
    done
  done
  frame runtime "names=${t_names# }"
  case $t_names in *containerd*) seen containerd "${t_config:-/etc/containerd/config.toml}" text && drop_ins containerdimport /etc/containerd/conf.d toml ;; esac
}

# journal_run: the running journald: where it writes, since when, and what it says that it dropped since its start.
journal_run() {
  j_pid=$(systemctl show -p MainPID systemd-journald.service 2>/dev/null | sed -n 's/^MainPID=\([1-9][0-9]*\)$/\1/p')
  [ -n "$j_pid" ] || { frame journald absent=1 && return; }
  j_ticks=$(started "$j_pid")
  # shellcheck disable=SC2012  # names of descriptors are numbers
  j_open=$(ls -l "/proc/$j_pid/fd" 2>/dev/null | sed -n 's|^.* -> \(/[a-z]*/log/journal\)/.*$|\1|p' | sort -u)
  if [ -z "$j_open" ] && [ ! -r "/proc/$j_pid/fd" ]; then frame journald problem=denied && return; fi
  frame journald "pid=$j_pid" "started=$j_ticks" "open64=$(text64 "$j_open")"
  j_since=$(awk -v now="$now" -v up="$uptime" -v ticks="$j_ticks" -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" 'BEGIN { printf "%d", now - up + ticks / hz }')
  timeout 20 journalctl -q --no-pager -o cat "--since=@$j_since" MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e 2>/dev/null |
    awk '$1 == "Suppressed" && $2 ~ /^[0-9]+$/ { lost[$5] += $2 } END { for (unit in lost) print lost[unit], unit }' | sort -rn | head -n 50 |
    while IFS=' ' read -r j_lost j_unit; do frame suppressed "unit64=$(text64 "$j_unit")" "count=$j_lost"; done
  frame entries \
    "oldest=$(number_in "$(timeout 20 journalctl -q --no-pager -o short-unix 2>/dev/null | head -n 1)")" \
    "newest=$(number_in "$(timeout 20 journalctl -q --no-pager -o short-unix -n 1 2>/dev/null)")"
  for j_dir in /var/log/journal /run/log/journal; do
    j_kib=$(du -sk "$j_dir" 2>/dev/null | cut -f 1)
    frame journalsize "path=$j_dir" "kib=${j_kib:-0}"
  done
}

# unit_limits: which services run, and the limits that systemd has handed to journald: in force, whatever files say.
unit_limits() {
  for l_name in kubelet ssh sshd containerd crio; do
    if systemctl is-active --quiet "$l_name.service" 2>/dev/null; then frame unitactive "unit=$l_name.service"; fi
  done
  for l_link in /run/systemd/units/log-rate-limit-*; do
    [ -L "$l_link" ] || continue
    l_name=${l_link##*/log-rate-limit-}
    case ${l_name#*:} in kubelet.service | ssh.service | sshd.service | containerd.service | crio.service) ;; *) continue ;; esac
    frame unitlimit "unit=${l_name#*:}" "what=${l_name%%:*}" "value=$(number_in "$(readlink "$l_link")")"
  done
}

# disk PATH: the file system under PATH, or under the nearest folder that is there.
disk() {
  d_at=$1
  while [ -n "$d_at" ] && [ ! -d "$d_at" ]; do d_at=${d_at%/*}; done
  d_room=$(df -Pk "${d_at:-/}" 2>/dev/null | awk 'NR == 2 { print $2, $4 }')
  [ -n "$d_room" ] || return 0
  frame disk "path64=$(text64 "$1")" "type=$(stat -f -c %T "${d_at:-/}" 2>/dev/null | tr -d '\t')" "device=$(stat -c %d "${d_at:-/}")" "size_kib=${d_room% *}" "free_kib=${d_room#* }"
}

# container_logs: sizes and times of the containers' logs, and when the first line of each current one was written.
container_logs() {
  [ -d /var/log/pods ] || return 0
  if [ ! -r /var/log/pods ]; then frame containers problem=denied && return; fi
  frame containers \
    "files64=$(find /var/log/pods -mindepth 3 -maxdepth 3 -name '*.log*' -type f -exec stat -c '%s %Y %n' {} + 2>/dev/null | head -n 2000 | b64)" \
    "first64=$(find /var/log/pods -mindepth 3 -maxdepth 3 -name '*.log' -type f -exec head -v -c 30 {} + 2>/dev/null | awk '
      /^==> .* <==$/ { path = substr($0, 5, length($0) - 8); next }
      path != "" && match($0, /^[0-9-]+T[0-9:.]+Z/) { print substr($0, 1, RLENGTH), path; path = "" }' | head -n 1000 | b64)"
}

# rotated LOG: its rotated files, and when the first event of the current one happened.
rotated() {
  z_log=$(at "$1") || return 0
  z_name=${z_log##*/}
  z_files=$(stat -c '%s %Y %n' "${z_log%/*}/${z_name%.*}"-* 2>/dev/null | head -n 2000)
  z_first=$(head -c 262144 "$z_log" 2>/dev/null | grep -o '"stageTimestamp":"[0-9TZ:.-]*"' | head -n 1 | cut -d '"' -f 4)
  frame rotated "path64=$(text64 "$1")" "files64=$(text64 "$z_files")" "first=$z_first"
}

node_logs() {
  if systemd_is_there; then frame systemd present=1; else frame systemd absent=1; fi
  conf journald '' journald.conf
  for n_unit in kubelet ssh sshd containerd crio; do conf unit system "$n_unit.service"; done
  seen journalstore /var/log/journal
  kubelet_logs
  runtime_logs
  [ "$VIEW" = live ] || return 0
  if [ -d /run/systemd/system ]; then journal_run && unit_limits; fi
  container_logs
  for n_disk in /var/log /var/log/journal /var/log/pods; do disk "$n_disk"; done
}
