#!/bin/sh
# Runs as the container's init and writes what a process sees to
# /observed/report, one section after the other. Only builtins and busybox.
# Everything that differs from run to run stays in; the test normalises it.
# Then waits at the fifo /observed/go, says a line on the console and exits 7.

section() { echo "== $1"; }

observe() {
	section mounts
	cat /proc/1/mountinfo

	section status
	grep -E '^(Umask|Uid|Gid|Groups|NSpid|Sig(Blk|Ign|Cgt)|Cap|NoNewPrivs|Seccomp|Cpus_allowed_list|Mems_allowed_list|THP_enabled)' /proc/1/status

	section process
	echo "cwd $(readlink /proc/1/cwd)"
	echo "root $(readlink /proc/1/root)"
	echo "exe $(readlink /proc/1/exe)"
	echo "cmdline $(tr '\0' ' ' </proc/1/cmdline)"
	echo "comm $(cat /proc/1/comm)"
	echo "umask $(umask)"
	echo "personality $(cat /proc/1/personality)"
	echo "machine $(uname -m)"
	echo "oom_score_adj $(cat /proc/1/oom_score_adj)"
	echo "timerslack $(cat /proc/1/timerslack_ns)"
	echo "coredump_filter $(cat /proc/1/coredump_filter)"
	echo "loginuid $(cat /proc/1/loginuid 2>&1)"
	echo "label $(cat /proc/1/attr/current 2>/dev/null)"
	echo "id $(id)"

	section environment
	tr '\0' '\n' </proc/1/environ

	section ids
	sed 's/^/uid_map /' /proc/1/uid_map
	sed 's/^/gid_map /' /proc/1/gid_map
	echo "setgroups $(cat /proc/1/setgroups)"

	section names
	echo "hostname $(hostname)"
	echo "domainname $(cat /proc/sys/kernel/domainname)"

	section namespaces
	for ns in /proc/1/ns/*; do echo "${ns##*/} $(readlink "$ns")"; done

	section cgroup
	cat /proc/1/cgroup

	section clocks
	cat /proc/1/timens_offsets

	section limits
	cat /proc/1/limits

	section session
	# pid, ppid, process group, session, terminal, its foreground group
	sed 's/.*) . //' /proc/1/stat | cut -d ' ' -f 1-5
	echo "tty $(tty)"

	section descriptors
	for fd in /proc/1/fd/*; do
		echo "${fd##*/} $(readlink "$fd") $(grep flags "/proc/1/fdinfo/${fd##*/}")"
	done

	section terminal
	stty -a 2>&1

	section devices
	find /dev -path '/dev/.lxc/*/*' -prune -o -print | sort | while read -r name; do
		if [ -L "$name" ]; then
			echo "$name -> $(readlink "$name")"
		else
			stat -c '%n %F %a %u:%g %t,%T' "$name"
		fi
	done

	section device-access
	for name in null zero full random urandom tty console ptmx tty1 lxc/tty1 lxc/console; do
		[ -e "/dev/$name" ] || continue
		echo "$name $( (: <"/dev/$name") 2>&1 && echo opens)"
	done
	echo "hello" 2>&1 >/dev/full
	for node in 'c 1 3' 'c 10 200' 'b 8 0' 'c 4 1'; do
		mknod /tmp/node $node 2>&1 && { (: </tmp/node) 2>&1 && echo "$node opens"; rm -f /tmp/node; }
	done

	section network
	ip -o addr 2>&1
	ip route 2>&1
	cat /proc/net/route

	section writable
	for name in / /tmp /bin /lib /usr/lib /lib64 /proc /proc/sys /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward \
		/proc/sysrq-trigger /proc/irq /proc/bus /proc/sys/kernel/random/boot_id /sys /sys/fs/cgroup /sys/kernel \
		/sys/devices/virtual/net /sys/class/net /sys/block /dev /dev/shm /dev/pts /dev/mqueue; do
		# test -w says yes to root whatever the mount: try, without changing content.
		if [ -d "$name" ]; then
			touch -c "$name" 2>&1 && echo "$name yes"
		else
			(: >>"$name") 2>&1 && echo "$name yes"
		fi
	done

	section sysctl
	for name in kernel/shmmax kernel/msgmax fs/mqueue/msg_max net/ipv4/ip_forward net/ipv4/conf/all/forwarding kernel/shm_rmid_forced; do
		echo "$name $(cat /proc/sys/$name 2>&1)"
	done

	section keyring
	cat /proc/keys 2>&1

	section rights
	# What capabilities, filter and namespaces let init do. Nothing here may
	# touch the host even if a launcher leaves init every right.
	mount -t tmpfs none /mnt 2>&1 && { echo mounted; umount /mnt 2>&1; }
	chown 1:1 /tmp 2>&1 && echo chowned
	chroot / /bin/true 2>&1 && echo chrooted
	unshare -U true 2>&1 && echo unshared
	[ -n "$(dmesg 2>/dev/null | head -c 1)" ] && echo "reads the kernel log"
	kill -0 1 2>&1 && echo signalled
}

(observe >/observed/report 2>&1)
read -r word </observed/go
echo "init says $word"
exit 7
