#!/bin/sh
# run-node.sh CGROUPS MACHINE ARG...: runs systemd-nspawn for one node until the node is halted.
# CGROUPS is a file with one cgroup folder a line (one in each hierarchy): the node lives below them.
while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done <"$1"
machine=$2
shift 2

# UNIFIED_HIERARCHY=0: the v1 controllers appear in the node, without them the kubelet has no limits to set.
# SECCOMP=0: nspawn's own filter refuses keyctl, and runc says "unable to join session keyring".
# API_VFS_WRITABLE=network: /proc/sys/net can be written, which kubeadm and the bridge plugin need.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0 SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network

while :; do
    systemd-nspawn --machine="$machine" "$@"
    status=$?
    [ "$status" = 133 ] || exit "$status" # 133: `systemctl reboot` in the node
done
