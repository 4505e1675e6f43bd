# shellcheck shell=sh disable=SC2154  # parameters and node.sh come in front
# What a collector node has of one node's audit log: "stored", then a line each, base64; then "end". Changes nothing.
# Parameters: ROOT FOLDER CLUSTER NODE AUDIT_ID (empty: the newest event) DAY (YYYY-MM-DD: files of earlier days are not read)

printf 'stored\n'
dir=$(at "$FOLDER/$CLUSTER/$NODE") || exit 1
if [ -d "$dir" ] && { [ ! -r "$dir" ] || [ ! -x "$dir" ]; }; then
  printf 'kubewitness: %s/%s/%s: cannot be read: run as root, or set _sudo in the inventory\n' "$FOLDER" "$CLUSTER" "$NODE" >&2
  exit 1
fi
files=''
for file in "$dir"/audit-*.log "$dir"/audit-*.log.gz; do
  [ -f "$file" ] || continue
  day=${file##*/audit-} && day=${day%%.log*}
  case $day in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;; *) continue ;; esac
  [ "$(printf '%s\n' "$DAY" "$day" | sort | head -n 1)" != "$DAY" ] || files="$day $file
$files"
done
text() { case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
printf '%s' "$files" | sort -r | while IFS=' ' read -r day file; do
  if [ -n "$AUDIT_ID" ]; then
    text "$file" | grep -F -- "\"auditID\":\"$AUDIT_ID\"" | head -n 100
  else
    line=$(text "$file" | tail -n 1)
    [ -z "$line" ] || { printf '%s\n' "$line" && break; }
  fi
done | while IFS= read -r line; do printf '%s' "$line" | base64 | tr -d '\n' && printf '\n'; done
printf 'end\n'
