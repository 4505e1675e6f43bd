#!/usr/bin/env bash
# Build the wheel, install it by path into a clean environment, use it from an empty folder. Needs `make setup`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'wheel: %s\n' "$1" >&2
  exit 1
}

# expect CODE COMMAND...: run it in the empty folder; its output is shown only when the exit code is another one.
expect() {
  local wanted=$1 got=0
  shift
  (cd "$work/empty" && PATH="$work/venv/bin:/usr/bin:/bin" "$@") >"$work/output" 2>&1 || got=$?
  [ "$got" -eq "$wanted" ] && return
  cat "$work/output" >&2
  fail "exit code $got, not $wanted: $*"
}

# printed TEXT: the last command's output holds it.
printed() {
  grep -qF -- "$1" "$work/output" && return
  cat "$work/output" >&2
  fail "not printed: $1"
}

.venv/bin/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$work/dist" .
wheel=$(echo "$work"/dist/*.whl)

# The lock's versions, without its development tools: what a user would get.
sed -nE 's/^([a-z0-9_.-]+==[^ ;]+).*/\1/p' requirements-dev.txt >"$work/constraints.txt"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --constraint "$work/constraints.txt" "$wheel"

mkdir "$work/empty"
cp -R demo/nodes/no-auditing "$work/node"
cat >"$work/inventory.py" <<INVENTORY
control_plane = [("@tree/no-auditing", {"root": "$work/node", "cluster": "wheel"})]
INVENTORY

expect 0 kubewitness --help
expect 0 kubewitness checks
printed audit
expect 1 kubewitness check --root "$work/node"
printed FAIL
expect 0 pyinfra "$work/inventory.py" kubewitness.deploys.enable_audit --dry
printed audit-policy-file
diff -r demo/nodes/no-auditing "$work/node" || fail 'a dry run changed the node'
expect 0 pyinfra "$work/inventory.py" kubewitness.deploys.enable_audit -y
expect 0 kubewitness check --root "$work/node" --require declared

echo "wheel: $(basename "$wheel") works from an empty folder"
