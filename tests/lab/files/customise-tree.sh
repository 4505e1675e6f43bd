#!/bin/sh
# customise-tree.sh TREE USER:PASSWORD: what the Debian tree of a node has beyond its packages. mmdebstrap runs it at the end.
set -eu
tree=$1

for user in deployer careful; do chroot "$tree" useradd --create-home --shell /bin/bash "$user"; done
echo "$2" | chroot "$tree" chpasswd

# Timers that would fetch or trim, a clock that is the machine's, consoles that are not there. And the manager of each
# user: with cgroup v1 in a container systemd does not learn that it has ended; a reboot waits for it for two minutes, and
# ten seconds after a logout it counts as failed.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
    systemd-firstboot.service systemd-timesyncd.service getty.target console-getty.service systemd-journald-audit.socket \
    user@.service; do
    ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done

# There, and not started: who wants it configures it first.
chroot "$tree" systemctl --quiet disable rsyslog.service

# Each node gets its own.
rm -f "$tree"/etc/ssh/ssh_host_*
: >"$tree/etc/machine-id"
: >"$tree/etc/resolv.conf"
