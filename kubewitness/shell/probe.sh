# shellcheck shell=sh disable=SC2154  # parameters and node.sh come in front
# Reads one node and prints what it saw, one frame a line: TYPE<tab>key=value<tab>… A key that ends in 64 holds base64.
# Changes nothing. Audit events never leave the node: of the log only times are read (and our own canary's event).
# Parameters: ROOT, VIEW (live or tree), MAX_BYTES (of one file), CANARY_ID (empty: do not prove), CANARY_PATH, STATE_DIR,
# RUN (a run of ours whose saved files are wanted; empty: none), MARKERS, PROCESSES, DEFAULT_POLICY, DEFAULT_LOG,
# SHIPPERS

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

# seen ROLE PATH [text]: a frame for the node's PATH, absent or not, with its text if asked for, and where links lead.
seen() {
  if ! seen_at=$(at "$2"); then
    frame file "role=$1" "path64=$(text64 "$2")" problem=link-loop
  elif seen_real=${seen_at#"$ROOT"} && seen_shape=$(shape "$seen_at"); then
    frame file "role=$1" "path64=$(text64 "$2")" "real64=$(text64 "$seen_real")" "$seen_shape" ${3:+"$(content "$seen_at")"}
  elif reachable "$seen_at"; then
    frame file "role=$1" "path64=$(text64 "$2")" "real64=$(text64 "$seen_real")" absent=1
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
  d_config='' d_dir=''
  if [ "$VIEW" = live ]; then
    for d_pid in $(processes kubelet); do
      d_config=$(flag_of "$d_pid" config)
      d_dir=$(flag_of "$d_pid" pod-manifest-path)
    done
  fi
  if [ -z "$d_dir" ] && d_file=$(at "${d_config:-/var/lib/kubelet/config.yaml}") && [ -f "$d_file" ]; then
    d_dir=$(sed -n 's/^["'\'']\{0,1\}staticPodPath["'\'']\{0,1\}:[[:space:]]*//p' "$d_file" | sed 's/[[:space:]]#.*$//; s/[[:space:]]*$//; s/^["'\'']//; s/["'\'']$//' | tail -n 1)
  fi
  frame kubelet "dir64=$(text64 "${d_dir:-/etc/kubernetes/manifests}")" "active=$(kubelet_state)"
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
  rotated "$1"
  disk "${1%/*}"
  a_dir=${1%/*}
  while [ -n "$a_dir" ] && [ ! -d "$a_dir" ]; do a_dir=${a_dir%/*}; done
  frame room "path64=$(text64 "$1")" "$(used "$1")" "$(df -Pk "${a_dir:-/}" 2>/dev/null | awk 'NR == 2 { printf "free_kib=%s", $4 }')"
}

# used LOG: the field with what LOG and its rotated files take; nothing where that cannot be seen.
used() {
  u_log=$(at "$1") && reachable "$u_log" || return 0
  [ ! -d "${u_log%/*}" ] || [ -r "${u_log%/*}" ] || return 0
  u_name=${u_log##*/}
  set -- "$u_log" "${u_log%/*}/${u_name%.*}"-*
  [ -e "$2" ] || set -- "$u_log"
  [ -e "$1" ] || shift
  [ $# -gt 0 ] || { printf 'used_kib=0' && return; }
  u_all=$(du -ck "$@" 2>/dev/null) && printf 'used_kib=%s' "$(printf '%s\n' "$u_all" | tail -n 1 | cut -f 1)"
}

# server PID: a running kube-apiserver: arguments, start, the policy as it sees it, and the files beside its log that it
# holds open.
server() {
  frame process name=kube-apiserver "pid=$1" "started=$(started "$1")" "argv64=$(b64 <"/proc/$1/cmdline")"
  v_policy=$(flag_of "$1" audit-policy-file)
  if [ -n "$v_policy" ] && v_shape=$(shape "/proc/$1/root$v_policy"); then
    frame inside "pid=$1" "path64=$(text64 "$v_policy")" "$v_shape" "$(content "/proc/$1/root$v_policy")"
  fi
  v_log=$(flag_of "$1" audit-log-path)
  case $v_log in /*) held "$1" "${v_log%/*}" ;; esac
}

# held PID FOLDER: whether the descriptors of PID could be listed, and the files under its FOLDER that it holds open.
held() {
  # shellcheck disable=SC2034  # at uses it
  o_dir=$(ROOT=/proc/$1/root && at "$2") || o_dir=$2
  o_dir=${o_dir#"/proc/$1/root"}
  # shellcheck disable=SC2012  # names of descriptors are numbers
  o_all=$(ls -l "/proc/$1/fd" 2>/dev/null | awk '{ at = index($0, " -> "); if (at) { n = split(substr($0, 1, at - 1), part, " "); print part[n], substr($0, at + 4) } }')
  [ -z "$o_all" ] || frame descriptors "pid=$1" listed=1
  printf '%s\n' "$o_all" | while IFS=' ' read -r o_fd o_to; do
    case $o_to in "${o_dir%/}"/*) ;; *) continue ;; esac
    if o_shape=$(shape "/proc/$1/fd/$o_fd"); then frame open "pid=$1" "path64=$(readlink "/proc/$1/fd/$o_fd" | b64)" "$o_shape"; fi
  done
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
  c_from=$(log_mark "$c_log")
  c_code=$(send_canary "$(endpoint "$1")" "$CANARY_ID")
  c_seen='' c_try=0 c_most=10
  [ "$(flag_of "$1" audit-log-mode)" != batch ] || c_most=45 # it may lie in a buffer first
  while [ "$c_try" -lt "$c_most" ] && [ "$c_code" != 000 ]; do
    c_seen=$(find_canary "$c_log" "$c_from" "$CANARY_ID") && break
    c_try=$((c_try + 1)) && sleep 1
  done
  frame canary "pid=$1" "id=$CANARY_ID" "code=$c_code" "waited=$c_try" "lines64=$(printf '%s' "$c_seen" | b64)"
}

# ---- the reading
IFS=' 
'
for tool in base64 awk stat; do
  command -v "$tool" >/dev/null 2>&1 || { printf 'unable\ttool=%s\nend\n' "$tool" && exit; }
done
read -r uptime _ </proc/uptime || uptime=0
now=$(date +%s.%N)
case $now in *[!0-9.]*) now=$(date +%s) ;; esac # busybox knows no fractions
frame probe "view=$VIEW" "now=$now" "uptime=$uptime" "hz=$(getconf CLK_TCK 2>/dev/null || echo 100)"
for marker in $MARKERS; do
  if found=$(at "$marker") && [ -e "$found" ]; then frame marker "path64=$(text64 "$marker")"; fi
done
tools=''
for tool in curl openssl python3 sha256sum flock; do if command -v "$tool" >/dev/null 2>&1; then tools="$tools $tool"; fi; done
frame tools "names=${tools# }"
pids=''
if [ "$VIEW" = live ]; then
  for name in $PROCESSES; do
    for pid in $(processes "$name"); do [ "$name" = kube-apiserver ] || frame process "name=$name" "pid=$pid" "started=$(started "$pid")"; done
  done
  pids=$(processes kube-apiserver)
fi
static_pod_dir
dir=${d_dir:-/etc/kubernetes/manifests}
manifests "$dir"

wires=$(for file in "$(at "$dir")"/*; do if file=$(at "${dir%/}/${file##*/}") && [ -f "$file" ] && [ -r "$file" ] && grep -q kube-apiserver "$file"; then wiring <"$file"; fi; done)
named() { # FLAG: the node's paths that the manifests give it
  printf '%s\n' "$wires" | sed -n "s/^flag $1 //p" | while IFS= read -r path; do printf '%s\n' "$wires" | on_host "$path"; done
}
policies=$(named audit-policy-file)
logs=$(named audit-log-path)
for pid in $pids; do # a process may still run with what the manifest no longer says
  path=$(flag_of "$pid" audit-log-path)
  case $path in /*) logs="$logs
$(printf '%s\n' "$wires" | on_host "$path")" ;; esac
done
printf '%s\n' "$policies" "$DEFAULT_POLICY" | sort -u | while IFS= read -r path; do
  [ -n "$path" ] || continue
  seen policy "$path" text
  p_dir=${path%/*}
  seen policydir "${p_dir:-/}"
done
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
log_shippers "$logs
$DEFAULT_LOG"
node_logs
for name in last.json last-manifest.yaml last-policy.yaml; do seen state "$STATE_DIR/$name" text; done
# Held, not merely there: the kernel lets go of a lock with the process that holds it.
if lock=$(at "$STATE_DIR/lock") && [ -f "$lock" ] && [ -r "$lock" ] && command -v flock >/dev/null && ! flock -n -s "$lock" true; then
  frame lock "owner64=$(head -n 1 "$lock" | b64)"
fi
case $RUN in
'' | */* | .*) ;;
*) for name in record.json manifest.old manifest.new policy.old policy.new policy.absent; do seen saved "$STATE_DIR/runs/$RUN/$name" text; done ;;
esac
printf 'end\n'
