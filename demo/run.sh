#!/bin/sh
# The tour: a fleet of three nodes, as file trees, is checked, deployed to and checked again. Changes .demo only.
set -eu
cd "$(dirname "$0")/.."

# run CODE COMMAND...: show the command, run it, and hold it to its exit code.
run() {
  wanted=$1 got=0
  shift
  printf '\n$ %s\n\n' "$*"
  "$@" || got=$?
  [ "$got" -eq "$wanted" ] || { echo "demo: exit code $got, not $wanted" >&2 && exit 1; }
}

# quietly CODE COMMAND...: the same, with all that it says in .demo/deploy.log and its last lines here.
quietly() {
  wanted=$1 got=0
  shift
  printf '\n$ %s\n\n' "$*"
  "$@" >.demo/deploy.log 2>&1 || got=$?
  [ "$got" -eq "$wanted" ] || { cat .demo/deploy.log && echo "demo: exit code $got, not $wanted" >&2 && exit 1; }
  sed -n '/^--> Results:/,/Grand total/p' .demo/deploy.log
  echo '(what it changed, line by line, and how to undo it: .demo/deploy.log)'
}

say() { printf '\n%s\n' "$*"; }

rm -rf .demo
mkdir .demo
cp -R demo/nodes .demo/nodes

say 'Three control planes. Is their audit logging on, and does it record what matters?'
run 1 kubewitness check inventories/demo.py

say 'Make it so: pyinfra writes what is missing and leaves the rest as it is.'
quietly 0 pyinfra -y inventories/demo.py deploys/audit.py

say 'And now? A file tree shows what is declared, no more: that events arrive is seen on a running node only.'
run 3 kubewitness check inventories/demo.py

cat <<'NEXT'

What to run next (after `. .venv/bin/activate`):
  diff -r demo/nodes .demo/nodes                                  what the deploy changed, and that it changed nothing else
  pyinfra -y inventories/demo.py deploys/audit.py                 again: it changes nothing
  kubewitness check inventories/demo.py --require declared        what suffices in CI, before an image ever runs: exit code 0
  kubewitness explain audit-policy-records                        why, with the controls that ask for it
  kubewitness check --root /mnt/node                              the same for a disk that you have mounted
On your own control plane, with the names of its nodes in inventories/prod.py:
  kubewitness check inventories/prod.py                           changes nothing
  pyinfra inventories/prod.py deploys/audit.py --dry              the diff, and how long the API would be away
NEXT
