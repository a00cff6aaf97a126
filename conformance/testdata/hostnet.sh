#!/bin/sh
# Makes the host that a network test starts containers on, in the network and mount
# namespace it is started in, says so, and keeps it until standard input ends.
set -e
mount --make-rprivate /
# sysfs shows the links of the namespace it is mounted in, and stock LXC looks there.
# The cgroups below it are kept.
mount -t tmpfs keep /mnt
mkdir /mnt/cgroup
mount --rbind /sys/fs/cgroup /mnt/cgroup
mount -t sysfs sysfs /sys
mount --rbind /mnt/cgroup /sys/fs/cgroup
umount -l /mnt

ip link set lo up
ip link add br0 type bridge
ip link set br0 address 02:00:00:00:00:01 mtu 1450 up
ip addr add 10.0.3.1/24 dev br0
ip addr add fd00::1/64 dev br0 nodad
ip link add br1 type bridge
ip link set br1 address 02:00:00:00:00:02 up
# A device as others have one, with a wire to nowhere in particular.
ip link add wan address 02:00:00:00:00:03 type veth peer name wire address 02:00:00:00:00:05
ip link set wire up
ip link set wan up
ip addr add 192.0.2.7/24 dev wan
ip link add dev0 address 02:00:00:00:00:04 type veth peer name wire0 address 02:00:00:00:00:06
ip link set dev0 mtu 1440 up
ip link property add dev dev0 altname enp3s0
ip link property add dev dev0 altname enx020000000004
for setting in ipv4/conf/all/forwarding ipv6/conf/all/forwarding ipv4/conf/wan/forwarding ipv6/conf/wan/forwarding ipv6/conf/wan/proxy_ndp; do
	echo 1 >/proc/sys/net/$setting
done
"$@"
echo ready
cat
