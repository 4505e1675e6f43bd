# shellcheck shell=sh
# What every script of ours needs on a node: paths inside a root, the kube-apiserver process, one HTTPS request.
# POSIX sh with coreutils (or busybox) and awk; nothing is installed. ROOT is empty on a live node.
export LC_ALL=C TZ=UTC0

# at PATH: where the node's absolute PATH lies on this machine, symbolic links followed inside ROOT; fails on a loop.
at() {
  at_rest=$1 at_done='' at_links=0
  while [ -n "$at_rest" ]; do
    at_part=${at_rest%%/*}
    case $at_rest in */*) at_rest=${at_rest#*/} ;; *) at_rest='' ;; esac
    case $at_part in '' | .) continue ;; ..) at_done=${at_done%/*} && continue ;; esac
    if [ -L "$ROOT$at_done/$at_part" ]; then
      at_links=$((at_links + 1))
      [ "$at_links" -le 40 ] || return 1
      at_link=$(readlink "$ROOT$at_done/$at_part") || return 1
      case $at_link in /*) at_done='' ;; esac
      at_rest=$at_link/$at_rest
    else
      at_done=$at_done/$at_part
    fi
  done
  printf '%s\n' "$ROOT${at_done:-/}"
}

# processes NAME: the pids whose command name is NAME. Anybody can call a program kube-apiserver: the real one runs in a
# pod, and in the node's own network.
processes() {
  for p_dir in /proc/[0-9]*; do
    p_name=''
    read -r p_name 2>/dev/null <"$p_dir/comm" || continue
    [ "$p_name" != kube-apiserver ] || is_static_pod "$p_dir" || continue
    # an ended process that nobody has waited for yet has no arguments any more
    if [ "$p_name" = "$1" ] && [ -n "$(tr -d '\0' 2>/dev/null <"$p_dir/cmdline" | head -c 1)" ]; then printf '%s\n' "${p_dir#/proc/}"; fi
  done
}

is_static_pod() {
  grep -q kubepods "$1/cgroup" 2>/dev/null || return 1
  [ "$(readlink "$1/ns/net" 2>/dev/null)" = "$(readlink /proc/1/ns/net 2>/dev/null)" ]
}

# started PID: ticks since boot at which PID was started (field 22 of stat; the name in field 2 may hold spaces).
started() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# flag_of PID NAME: the value in force of kube-apiserver's flag NAME in the arguments of PID (the last one wins).
flag_of() {
  tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | awk -v name="$2" '
    pending { value = $0; pending = 0; next }
    { line = $0; at = index(line, "="); key = at ? substr(line, 1, at - 1) : line; gsub("_", "-", key) }
    key == "--" name { if (at) value = substr(line, at + 1); else if (name ~ /-(compress|enabled?|dynamic-configuration)$/) value = "true"; else pending = 1 }
    END { print value }'
}

# endpoint PID: HOST:PORT where this very process answers on the node itself, never a load balancer.
endpoint() {
  e_host=$(flag_of "$1" bind-address)
  case $e_host in '' | 0.0.0.0 | ::) e_host=127.0.0.1 ;; esac
  e_port=$(flag_of "$1" secure-port)
  case $e_host in *:*) e_host="[$e_host]" ;; esac
  printf '%s:%s\n' "$e_host" "${e_port:-6443}"
}

# https_get ENDPOINT PATH [AUDIT-ID]: the status code on the first line, then the body. No credential is sent, so the
# server's certificate does not matter. Code 000: no answer.
https_get() {
  if command -v curl >/dev/null; then
    h_body=$(curl --silent --insecure --noproxy '*' --max-time 10 ${3:+-H "Audit-ID: $3"} --write-out '\n%{http_code}' "https://$1$2" 2>/dev/null)
    printf '%s\n' "${h_body##*
}" "${h_body%
*}" 2>/dev/null
  elif command -v openssl >/dev/null; then
    # no keep-alive, so the server ends the connection; -quiet keeps openssl from reading our input as commands
    h_body=$( { printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n%s\r\n' "$2" "${3:+Audit-ID: $3
}" | sed 's/\r*$/\r/'; sleep 2; } | timeout 10 openssl s_client -quiet -connect "$1" 2>/dev/null | tr -d '\r')
    h_code=$(printf '%s\n' "$h_body" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p')
    { printf '%s\n' "${h_code:-000}" && printf '%s\n' "$h_body" | sed '1,/^$/d'; } 2>/dev/null
  elif command -v python3 >/dev/null; then
    python3 -I -c '
import ssl, sys, urllib.error, urllib.request as web
unverified = ssl.create_default_context()
unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
request = web.Request(sys.argv[1], headers={"Audit-ID": sys.argv[2]} if sys.argv[2] else {})
try:
    answer = web.build_opener(web.ProxyHandler({}), web.HTTPSHandler(context=unverified)).open(request, timeout=10)
except urllib.error.HTTPError as refusal:
    answer = refusal
print(answer.getcode())
print(answer.read().decode("utf-8", "replace"))
' "https://$1$2" "${3:-}" 2>/dev/null || printf '000\n'
  else
    printf '000\n'
  fi
}

# send_canary ENDPOINT AUDIT-ID: an anonymous GET of an object that does not exist; prints the status code.
send_canary() { https_get "$1" "$CANARY_PATH" "$2" | head -n 1; }

# log_mark LOG: which file it is and how long, "INODE.SIZE"; what is written later comes after this mark.
log_mark() { stat -L -c '%i.%s' "$1" 2>/dev/null || printf '0.0\n'; }

# find_canary LOG MARK AUDIT-ID: the lines with that id written to LOG after MARK, also across rotations.
find_canary() {
  f_now=$(log_mark "$1")
  if [ "${f_now%.*}" = "${2%.*}" ]; then
    tail -c "+$((${2#*.} + 1))" "$1" 2>/dev/null
  else # another file than before: an id is used once, so the two newest of the rotated files are read whole
    f_name=${1##*/}
    # shellcheck disable=SC2012  # kube-apiserver names them itself: digits and dashes
    ls -t "${1%/*}/${f_name%.*}"-* 2>/dev/null | head -n 2 | while IFS= read -r f_old; do
      case $f_old in *.gz) gzip -dc "$f_old" 2>/dev/null ;; *) cat "$f_old" ;; esac
    done
    cat "$1" 2>/dev/null
  fi | grep -F -- "\"auditID\":\"$3\""
}
