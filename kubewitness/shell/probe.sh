# shellcheck shell=sh disable=SC2154  # parameters and node.sh come in front
# Reads one node and prints what it saw, one frame a line: TYPE<tab>key=value<tab>… A key that ends in 64 holds base64.
# Changes nothing. Audit events never leave the node: of the log only times are read (and our own canary's event).
# Parameters: ROOT, VIEW (live or tree), MAX_BYTES (of one file), CANARY_ID (empty: do not prove), CANARY_PATH, STATE_DIR,
# RUN (a run of ours whose saved files are wanted; empty: none), MARKERS, PROCESSES, DEFAULT_POLICY, DEFAULT_LOG

b64() { base64 | tr -d '\n'; }
text64() { printf '%s' "$1" | b64; }
frame() { f_type=$1 && shift && printf '%s' "$f_type" && for f_field in "$@"; do printf '\t%s' "$f_field"; done && printf '\n'; }

# shape PATH: kind, mode, owner, group, size, inode, device, mtime and ctime of what PATH leads to.
shape() {
  s_all=$(stat -L -c '%f|%u|%g|%s|%i|%d|%y|%z' "$1" 2>/dev/null) || return 1
  old_ifs=$IFS IFS='|'
  # shellcheck disable=SC2086  # split on purpose
  set -- $s_all
  IFS=$old_ifs
  printf 'mode=%s\tuid=%s\tgid=%s\tsize=%s\tinode=%s\tdevice=%s\tmtime=%s\tctime=%s' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8"
}

# content PATH: the field with the file's bytes, or why there are none.
content() {
  if [ ! -f "$1" ]; then printf 'problem=not-a-file'
  elif [ ! -r "$1" ]; then printf 'problem=denied'
  elif [ "$(stat -L -c %s "$1")" -gt "$MAX_BYTES" ]; then printf 'problem=too-large'
  else printf 'text64=%s' "$(b64 <"$1")"; fi
}

# seen ROLE PATH [text]: a frame for the node's PATH, absent or not, with its text if asked for.
seen() {
  if ! seen_at=$(at "$2"); then
    frame file "role=$1" "path64=$(text64 "$2")" problem=link-loop
  elif seen_shape=$(shape "$seen_at"); then
    frame file "role=$1" "path64=$(text64 "$2")" "$seen_shape" ${3:+"$(content "$seen_at")"}
  elif reachable "$seen_at"; then
    frame file "role=$1" "path64=$(text64 "$2")" absent=1
  else
    frame file "role=$1" "path64=$(text64 "$2")" problem=denied
  fi
}

# reachable PATH: whether "PATH is not there" is the truth, and not a folder that we may not enter.
reachable() {
  r_dir=${1%/*}
  while [ -n "$r_dir" ] && [ ! -e "$r_dir" ]; do r_dir=${r_dir%/*}; done
  [ -x "${r_dir:-/}" ]
}

# wiring: from a pod manifest on stdin, lines "flag NAME VALUE", "volume NAME PATH" and "mount NAME PATH". Block style
# only; it serves to find which files to bring along: what they mean is decided from the manifest itself.
wiring() {
  tr -d '\r' | awk '
    function bare(s) { sub(/[ \t]+#.*$/, "", s); gsub(/^[ \t"\047]+|[ \t"\047,]+$/, "", s); return s }
    function emit() { if (section != "" && name != "" && path != "") print section, name, path; name = path = "" }
    {
      line = $0; sub(/^[ \t]*/, "", line)
      if (pending != "") { value = line; sub(/^- */, "", value); print "flag", pending, bare(value); pending = "" }
      if (match(line, /--audit[-_](policy[-_]file|log[-_]path)/)) {
        flag = substr(line, RSTART + 2, RLENGTH - 2); gsub("_", "-", flag); rest = substr(line, RSTART + RLENGTH)
        if (rest ~ /^=/) { sub(/["\047].*$/, "", rest); print "flag", flag, bare(substr(rest, 2)) }
        else if (rest ~ /^["\047]? *$/) pending = flag
      }
      if (line ~ /^volumeMounts:/) { emit(); section = "mount"; next }
      if (line ~ /^volumes:/) { emit(); section = "volume"; next }
      if (line ~ /^[A-Za-z]+:[ \t]*$/ && line !~ /^(hostPath|emptyDir|projected|secret|configMap|items|sources):/ && line !~ /^-/) { emit(); section = "" }
      if (section == "") next
      if (line ~ /^- /) { emit(); sub(/^- */, "", line) }
      if (line ~ /^name:/) name = bare(substr(line, 6))
      if (section == "mount" && line ~ /^mountPath:/) path = bare(substr(line, 11))
      if (section == "volume" && line ~ /^path:/) path = bare(substr(line, 6))
    }
    END { emit() }'
}

# on_host PATH < wiring: the node's paths that the container's PATH may mean: the longest mount that holds it first.
on_host() {
  awk -v path="$1" '
    { rest = $0; sub(/^[^ ]+ [^ ]+ /, "", rest) }
    $1 == "volume" { volume[$2] = rest }
    $1 == "mount" { sub(/\/+$/, "", rest); if (path == rest || index(path, rest "/") == 1) { if (length(rest) >= best) { best = length(rest); name = $2 } } }
    END { if (name != "" && name in volume) { base = volume[name]; sub(/\/+$/, "", base); print base substr(path, best + 1) } }'
}

static_pod_dir() {
  d_config='' d_dir='' d_from=default
  if [ "$VIEW" = live ]; then
    for d_pid in $(processes kubelet); do
      d_config=$(flag_of "$d_pid" config)
      d_dir=$(flag_of "$d_pid" pod-manifest-path)
    done
  fi
  if [ -n "$d_dir" ]; then
    d_from=flag
  elif d_file=$(at "${d_config:-/var/lib/kubelet/config.yaml}") && [ -f "$d_file" ]; then
    d_dir=$(sed -n 's/^["'\'']\{0,1\}staticPodPath["'\'']\{0,1\}:[[:space:]]*//p' "$d_file" | sed 's/[[:space:]]#.*$//; s/[[:space:]]*$//; s/^["'\'']//; s/["'\'']$//' | tail -n 1)
    [ -z "$d_dir" ] || d_from=config
  fi
  frame kubelet "dir64=$(text64 "${d_dir:-/etc/kubernetes/manifests}")" "from=$d_from" "active=$(kubelet_state)"
}

kubelet_state() {
  if [ "$VIEW" != live ]; then echo unknown
  elif command -v systemctl >/dev/null 2>&1; then systemctl is-active kubelet 2>/dev/null || :
  elif [ -n "$(processes kubelet)" ]; then echo active
  else echo inactive; fi | head -n 1
}

manifests() {
  if ! m_dir=$(at "$1") || [ ! -d "$m_dir" ]; then frame manifests absent=1 && return; fi
  if [ ! -r "$m_dir" ] || [ ! -x "$m_dir" ]; then frame manifests problem=denied && return; fi
  frame manifests present=1
  m_count=0
  for m_file in "$m_dir"/*; do
    [ -e "$m_file" ] || [ -L "$m_file" ] || continue
    m_count=$((m_count + 1))
    [ "$m_count" -le 200 ] || { frame manifests problem=too-many && return; }
    seen manifest "${1%/}/${m_file##*/}" text
  done
}

# audit_log PATH: the log and its directory, the room there, and when the last event in it happened.
audit_log() {
  seen log "$1"
  seen logdir "${1%/*}"
  if a_log=$(at "$1") && [ -f "$a_log" ] && [ -r "$a_log" ]; then
    a_last=$(tail -c 262144 "$a_log" | grep -o '"stageTimestamp":"[0-9TZ:.-]*"' | tail -n 1)
    frame lastevent "path64=$(text64 "$1")" "time=$(printf '%s' "$a_last" | cut -d '"' -f 4)"
  fi
  [ "$VIEW" = live ] || return 0
  a_dir=${1%/*}
  while [ -n "$a_dir" ] && [ ! -d "$a_dir" ]; do a_dir=${a_dir%/*}; done
  a_stem=${1##*/}
  a_used=$(du -ck "${a_log%/*}/${a_stem%.*}"* 2>/dev/null | tail -n 1 | cut -f 1)
  frame room "path64=$(text64 "$1")" "used_kib=${a_used:-0}" "$(df -Pk "${a_dir:-/}" 2>/dev/null | awk 'NR == 2 { printf "size_kib=%s\tfree_kib=%s", $2, $4 }')"
}

# server PID: a running kube-apiserver: arguments, start, the policy as it sees it, and the log files that it holds open.
server() {
  frame process name=kube-apiserver "pid=$1" "started=$(started "$1")" "argv64=$(b64 <"/proc/$1/cmdline")"
  v_policy=$(flag_of "$1" audit-policy-file)
  if [ -n "$v_policy" ] && v_shape=$(shape "/proc/$1/root$v_policy"); then
    frame inside "pid=$1" "path64=$(text64 "$v_policy")" "$v_shape" "$(content "/proc/$1/root$v_policy")"
  fi
  v_log=$(flag_of "$1" audit-log-path)
  case $v_log in
  /*)
    # shellcheck disable=SC2012  # names of descriptors are numbers
    ls -l "/proc/$1/fd" 2>/dev/null | awk -v log_path="$v_log" '{ at = index($0, " -> "); to = substr($0, at + 4); split(substr($0, 1, at - 1), part, " ") }
      at && (to == log_path || to == log_path " (deleted)" || index(to, substr(log_path, 1, length(log_path) - 4) "-") == 1) { n = split(substr($0, 1, at - 1), part, " "); print part[n] }' |
      while read -r v_fd; do
        frame open "pid=$1" "path64=$(readlink "/proc/$1/fd/$v_fd" | b64)" "$(shape "/proc/$1/fd/$v_fd")"
      done
    ;;
  esac
}

answers() { # PID: what this very process says of itself, without a credential
  n_at=$(endpoint "$1")
  for n_path in /readyz /livez /version; do
    n_answer=$(https_get "$n_at" "$n_path")
    frame answer "pid=$1" "path=$n_path" "code=$(printf '%s\n' "$n_answer" | head -n 1)" "body64=$(printf '%s\n' "$n_answer" | sed 1d | head -c 4096 | b64)"
  done
}

prove() { # PID LOG-PATH-ON-THE-NODE
  c_log=$(at "$2") || return 0
  c_from=$(stat -L -c %s "$c_log" 2>/dev/null || echo 0)
  c_code=$(send_canary "$(endpoint "$1")" "$CANARY_ID")
  c_seen='' c_try=0 c_most=10
  [ "$(flag_of "$1" audit-log-mode)" != batch ] || c_most=45 # it may lie in a buffer first
  while [ "$c_try" -lt "$c_most" ] && [ "$c_code" != 000 ]; do
    c_seen=$(find_canary "$c_log" "$c_from" "$CANARY_ID") && break
    c_try=$((c_try + 1)) && sleep 1
  done
  frame canary "pid=$1" "id=$CANARY_ID" "code=$c_code" "lines64=$(printf '%s' "$c_seen" | b64)"
}

# ---- the reading
IFS=' 
'
read -r uptime _ </proc/uptime || uptime=0
frame probe version=1 "view=$VIEW" "uid=$(id -u)" "now=$(date +%s.%N)" "uptime=$uptime" "hz=$(getconf CLK_TCK 2>/dev/null || echo 100)" \
  "boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
for marker in $MARKERS; do
  if found=$(at "$marker") && [ -e "$found" ]; then frame marker "path64=$(text64 "$marker")"; fi
done
tools=''
for tool in curl openssl base64 sha256sum; do if command -v "$tool" >/dev/null 2>&1; then tools="$tools $tool"; fi; done
frame tools "names=${tools# }"
pids=''
if [ "$VIEW" = live ]; then
  for name in $PROCESSES; do
    for pid in $(processes "$name"); do [ "$name" = kube-apiserver ] || frame process "name=$name" "pid=$pid" "started=$(started "$pid")"; done
  done
  pids=$(processes kube-apiserver)
  if command -v getenforce >/dev/null 2>&1; then frame selinux "mode=$(getenforce)"; fi
fi
static_pod_dir
dir=${d_dir:-/etc/kubernetes/manifests}
manifests "$dir"

wires=$(for file in "$(at "$dir")"/*; do if [ -f "$file" ] && [ -r "$file" ] && grep -q kube-apiserver "$file"; then wiring <"$file"; fi; done)
policies=$(for path in $(printf '%s\n' "$wires" | sed -n 's/^flag audit-policy-file //p'); do printf '%s\n' "$wires" | on_host "$path"; done)
logs=$(for path in $(printf '%s\n' "$wires" | sed -n 's/^flag audit-log-path //p'); do printf '%s\n' "$wires" | on_host "$path"; done)
for pid in $pids; do # a process may still run with what the manifest no longer says
  path=$(flag_of "$pid" audit-log-path)
  case $path in /*) logs="$logs
$(printf '%s\n' "$wires" | on_host "$path")" ;; esac
done
printf '%s\n' "$policies" "$DEFAULT_POLICY" | sort -u | while IFS= read -r path; do [ -z "$path" ] || seen policy "$path" text; done
printf '%s\n' "$logs" "$DEFAULT_LOG" | sort -u | while IFS= read -r path; do [ -z "$path" ] || audit_log "$path"; done
for pid in $pids; do
  server "$pid"
  answers "$pid"
done
if [ -n "$CANARY_ID" ]; then
  for pid in $pids; do
    path=$(printf '%s\n' "$wires" | on_host "$(flag_of "$pid" audit-log-path)")
    if [ -n "$path" ]; then prove "$pid" "$path"; else frame canary "pid=$pid" "id=$CANARY_ID" problem=no-log; fi
  done
fi
for name in last.json last-manifest.yaml last-policy.yaml; do seen state "$STATE_DIR/$name" text; done
seen lock "$STATE_DIR/lock/owner" text
case $RUN in
'' | */* | .*) ;;
*) for name in record.json manifest.old manifest.new policy.old policy.new; do seen saved "$STATE_DIR/runs/$RUN/$name" text; done ;;
esac
printf 'end\n'
