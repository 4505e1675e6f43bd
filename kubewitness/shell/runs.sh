# shellcheck shell=sh disable=SC2154  # parameters and node.sh come in front
# Lists the runs of ours on a node: "runs", then a line each: ID<tab>the files that it changed<tab>base64 of its record.
# Parameters: ROOT STATE_DIR

printf 'runs\n'
dir=$(at "$STATE_DIR/runs") && [ -d "$dir" ] || exit 0
if [ ! -r "$dir" ] || [ ! -x "$dir" ]; then
  printf 'kubewitness: %s/runs: cannot be read: run as root, or set _sudo in the inventory\n' "$STATE_DIR" >&2
  exit 1
fi
for run in "$dir"/*; do
  id=${run##*/}
  case $id in '' | *[!A-Za-z0-9-]*) continue ;; esac
  [ -d "$run" ] && [ ! -L "$run" ] || continue
  changed=''
  [ ! -e "$run/policy.new" ] || changed=" policy"
  [ ! -e "$run/policy.remove" ] || changed="$changed policy-removed"
  [ ! -e "$run/manifest.new" ] || changed="$changed manifest"
  record=''
  [ ! -f "$run/record.json" ] || record=$(head -c 65536 "$run/record.json" | base64 | tr -d '\n')
  printf '%s\t%s\t%s\n' "$id" "${changed# }" "$record"
done
