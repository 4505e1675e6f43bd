#!/bin/sh
# The tour: three nodes, as file trees, then three managed clusters, in clouds that this machine plays, are checked,
# deployed to and checked again. Changes .demo only.
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
  log=.demo/$(basename "$4" .py).log
  printf '\n$ %s\n\n' "$*"
  "$@" >"$log" 2>&1 || got=$?
  [ "$got" -eq "$wanted" ] || { cat "$log" && echo "demo: exit code $got, not $wanted" >&2 && exit 1; }
  sed -n '/^--> Results:/,/Grand total/p' "$log"
  echo "(what it changed, line by line: $log)"
}

# clouds: AWS, Azure and Google Cloud, played by a process that ends with this one, however that ends.
clouds() {
  mkfifo .demo/here
  python -m demo.clouds .demo/clouds.env <.demo/here >.demo/clouds.log 2>&1 &
  exec 3>.demo/here
  while [ ! -e .demo/clouds.env ]; do
    kill -0 $! 2>/dev/null || { cat .demo/clouds.log && exit 1; }
    sleep 0.2
  done
  # shellcheck disable=SC1091  # written a moment ago
  . .demo/clouds.env
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

say 'Managed clusters, in clouds that this machine plays: servers that the real SDKs talk to. Are there any?'
clouds
for cloud in aws azure gcp; do run 0 kubewitness discover "$cloud"; done

say 'Do they log what matters?'
run 1 kubewitness check inventories/demo_clouds.py

say "Make it so: only what is missing is switched on, through each provider's own API."
quietly 0 pyinfra -y inventories/demo_clouds.py deploys/managed.py

say 'And now? What is left costs money or cannot be undone, or nobody can set it: each remedy says what to do.'
run 1 kubewitness check inventories/demo_clouds.py

cat <<'NEXT'

What to run next (after `. .venv/bin/activate`):
  diff -r demo/nodes .demo/nodes                                  what the deploy changed, and that it changed nothing else
  pyinfra -y inventories/demo.py deploys/audit.py                 again: it changes nothing
  kubewitness check inventories/demo.py --require declared        what suffices in CI, before an image ever runs: exit code 0
  kubewitness explain audit-policy-records                        why, with the controls that ask for it
  kubewitness check --root /mnt/node                              the same for a disk that you have mounted
  less .demo/managed.log                                          what was switched on in each cloud, step by step
On your own control plane, with the names of its nodes in inventories/prod.py:
  kubewitness check inventories/prod.py                           changes nothing
  pyinfra inventories/prod.py deploys/audit.py --dry              the diff, and how long the API would be away
In your own clouds:
  kubewitness discover aws                                        every cluster that your credentials see; also azure, gcp
  kubewitness check inventories/aws.py                            the same clusters, checked; docs/managed.md says more
NEXT
