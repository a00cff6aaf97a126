#!/bin/sh
# A hook: writes what it was given and where it runs to the file journal beside it,
# under a section of its own, and ends with the status in the file "status-of-HOOK",
# if there is one. Only builtins and busybox.
PATH=/bin:/usr/bin:/sbin:/usr/sbin
dir=${0%/*}
hook=$LXC_HOOK_TYPE
case "$2 $4" in # in version 0, where two arguments of the configuration's may stand before
"lxc "*) hook=$3 ;;
*" lxc") hook=$5 ;;
esac

{
	echo "== $hook"
	for argument; do echo "argument $argument"; done
	env | grep -vE '^(PATH|PWD|OLDPWD|SHLVL|_)=' | sed 's/^/variable /' | sort
	echo "cwd $(pwd)"
	echo "umask $(umask)"
	echo "ids $(id -u) $(id -g)"
	echo "groups $(id -G)"
	echo "host name $(hostname)"
	for ns in user mnt pid uts ipc net cgroup; do echo "namespace $ns $(readlink /proc/self/ns/$ns)"; done
	grep -E '^(Sig(Blk|Ign)|Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:)' /proc/self/status
	for name in MNT PID UTS IPC NET CGROUP USER; do
		eval "file=\$LXC_${name}_NS"
		[ -z "$file" ] || echo "holds $name $([ -e "$file" ] && echo yes)"
	done
	grep -E ' /(mnt|usr/lib/[^ ]*lxc/rootfs)' /proc/self/mounts | cut -d ' ' -f 2-3
	grep -E '^(Max open files|Max core)' /proc/self/limits
	cat /proc/self/oom_score_adj
} >>"$dir/journal" 2>&1
echo "printed by $hook"
[ ! -e "$dir/status-of-$hook" ] || exit "$(cat "$dir/status-of-$hook")"
