# shellcheck shell=sh disable=SC2154  # parameters, node.sh and files.sh come in front
# What lies at some paths of a node: "files", then a line each: PATH64<tab>SHA256<tab>MODE<tab>USER:GROUP<tab>CHANGED<tab>TEXT64,
# then "unit<tab>ACTIVE<tab>PID<tab>TICKS<tab>BOOT HZ", "last<tab>BASE64" with what our last run left of UNIT, and "end". Changes nothing.
# Parameters: ROOT STATE_DIR UNIT PATHS (a line each; "=" in front: its text does not leave the node)

b64() { base64 | tr -d '\n'; }
printf 'files\n'
printf '%s\n' "$PATHS" | while IFS= read -r path; do
  [ -n "$path" ] || continue
  name=${path#=} text=''
  if ! file=$(at "$name"); then
    found='no file' shape='0	-	0'
  elif ! found=$(sha "$file" 2>/dev/null) || [ -z "$found" ]; then
    printf 'kubewitness: %s: cannot be read: run as root, or set _sudo in the inventory\n' "$name" >&2
    exit 1
  elif [ "$found" = absent ]; then
    shape='0	-	0'
  else
    shape=$(stat -L -c '%a	%U:%G	%Y %Z' "$file")
    changed=${shape##*	}
    if [ "${changed% *}" -gt "${changed#* }" ]; then changed=${changed% *}; else changed=${changed#* }; fi
    shape="${shape%	*}	$changed"
    if [ "$path" = "$name" ] && [ -f "$file" ] && [ "$(stat -L -c %s "$file")" -le 1048576 ]; then text=$(b64 <"$file"); fi
  fi
  printf '%s\t%s\t%s\t%s\n' "$(printf '%s' "$name" | b64)" "$found" "$shape" "$text"
done || exit 1
if [ -z "$ROOT" ] && command -v systemctl >/dev/null 2>&1; then
  pid=$(systemctl show -p MainPID --value "$UNIT" 2>/dev/null)
  read -r uptime _ </proc/uptime
  printf 'unit\t%s\t%s\t%s\t%s\n' "$(systemctl is-active "$UNIT" 2>/dev/null | head -n 1)" "${pid:-0}" "$(started "${pid:-0}")" \
    "$(awk -v now="$(date +%s.%N)" -v up="$uptime" -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" 'BEGIN { printf "%.2f %d", now - up, hz }')"
else
  printf 'unit\t\t0\t\t0 100\n'
fi
last=''
if file=$(at "$STATE_DIR/last-$UNIT.json") && [ -f "$file" ]; then last=$(head -c 65536 "$file" | b64); fi
printf 'last\t%s\nend\n' "$last"
