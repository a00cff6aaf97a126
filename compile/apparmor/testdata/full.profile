#include <tunables/global>
profile "lxc-web_</srv/[a]>" flags=(attach_disconnected,mediate_deleted) {

  # everything that namespaces and capabilities decide about
  capability,
  dbus,
  file,
  network,
  umount,

  # signals from everywhere, and to the container itself
  signal (receive),
  signal peer=@{profile_name},

  # the host may look into the container and trace it; inside it may trace itself
  ptrace (readby),
  ptrace (tracedby),
  ptrace peer=@{profile_name},

  # unix sockets: whoever has one may send, and inside all is allowed
  unix (receive),
  unix peer=(label=@{profile_name}),

  # no complaint when a boot script remounts the root read-only
  deny mount options=(ro, remount) -> /,
  deny mount options=(ro, remount, silent) -> /,

  # file systems that bring nothing in from outside
  mount fstype=tmpfs,
  mount fstype=hugetlbfs,
  mount fstype=mqueue,
  mount fstype=fuse,
  mount fstype=fuse.*,

  # the kernel's, each in its place
  mount fstype=proc -> /proc/,
  mount fstype=sysfs -> /sys/,
  mount fstype=binfmt_misc -> /proc/sys/fs/binfmt_misc/,
  mount fstype=efivarfs -> /sys/firmware/efi/efivars/,
  mount fstype=fusectl -> /sys/fs/fuse/connections/,
  mount fstype=securityfs -> /sys/kernel/security/,
  mount fstype=debugfs -> /sys/kernel/debug/,
  deny mount fstype=debugfs -> /var/lib/ureadahead/debugfs/,
  mount options=(rw, nosuid, nodev, noexec, remount) -> /sys/,
  mount options=(ro, nosuid, nodev, noexec, remount, strictatime) -> /sys/fs/cgroup/,

  # how mounts of the root propagate
  mount options=(rw,make-slave) -> /,
  mount options=(rw,make-rslave) -> /,
  mount options=(rw,make-shared) -> /,
  mount options=(rw,make-rshared) -> /,
  mount options=(rw,make-private) -> /,
  mount options=(rw,make-rprivate) -> /,
  mount options=(rw,make-unbindable) -> /,
  mount options=(rw,make-runbindable) -> /,

  # binds and moves of all but /proc, /sys and the tree in /dev that is for containers in the container
  mount options=(rw,bind) /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(rw,rbind) /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*}{,/**},
  mount options=(rw,move) /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},

  # the same made read-only, with any other restriction
  mount options=(ro,remount,bind) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,noexec) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,noexec,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,noexec,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,noexec) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,noexec,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,noexec,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid,noexec) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid,noexec,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nosuid,noexec,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid,noexec) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid,noexec,noatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},
  mount options=(ro,remount,bind,nodev,nosuid,noexec,strictatime) -> /{[^dps]*,d[^e]*,de[^v]*,dev?*,p[^r]*,pr[^o]*,pro[^c]*,proc?*,s[^y]*,sy[^s]*,sys?*,dev/[^.]*,dev/.[^l]*,dev/.l[^x]*,dev/.lx[^c]*,dev/.lxc?*}{,/**},

  # the machine, through /proc
  deny @{PROC}/bus/** wklx,
  deny @{PROC}/acpi/** rwklx,
  deny @{PROC}/kcore rwklx,
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/sys/fs/** wklx,

  # settings that are not the container's own
  deny /proc/sys/{[^kn]*,k[^e]*,ke[^r]*,ker[^n]*,kern[^e]*,kerne[^l]*,kernel?*,n[^e]*,ne[^t]*,net?*,kernel/[^dhms]*,kernel/d[^o]*,kernel/do[^m]*,kernel/dom[^a]*,kernel/doma[^i]*,kernel/domai[^n]*,kernel/domain[^n]*,kernel/domainn[^a]*,kernel/domainna[^m]*,kernel/domainnam[^e]*,kernel/domainname?*,kernel/h[^o]*,kernel/ho[^s]*,kernel/hos[^t]*,kernel/host[^n]*,kernel/hostn[^a]*,kernel/hostna[^m]*,kernel/hostnam[^e]*,kernel/hostname?*,kernel/m[^s]*,kernel/ms[^g]*,kernel/s[^eh]*,kernel/se[^m]*,kernel/sh[^m]*}{,/**} wklx,
  deny /proc/sys/{kernel/msg*,kernel/sem*,kernel/shm*}/** wklx,

  # the machine, through /sys
  deny /sys/firmware/efi/efivars/** rwklx,
  deny /sys/kernel/debug/{,**} rwklx,
  deny /sys/{[^cdfk]*,c[^l]*,cl[^a]*,cla[^s]*,clas[^s]*,class?*,d[^e]*,de[^v]*,dev[^i]*,devi[^c]*,devic[^e]*,device[^s]*,devices?*,f[^s]*,fs?*,k[^e]*,ke[^r]*,ker[^n]*,kern[^e]*,kerne[^l]*,kernel?*,class/[^n]*,class/n[^e]*,class/ne[^t]*,class/net?*,devices/[^v]*,devices/v[^i]*,devices/vi[^r]*,devices/vir[^t]*,devices/virt[^u]*,devices/virtu[^a]*,devices/virtua[^l]*,devices/virtual?*,devices/virtual/[^n]*,devices/virtual/n[^e]*,devices/virtual/ne[^t]*,devices/virtual/net?*,fs/[^c]*,fs/c[^g]*,fs/cg[^r]*,fs/cgr[^o]*,fs/cgro[^u]*,fs/cgrou[^p]*,fs/cgroup?*}{,/**} wklx,

  # cgroups of the container's own, in a cgroup namespace
  mount fstype=cgroup -> /sys/fs/cgroup/**,
  mount fstype=cgroup2 -> /sys/fs/cgroup/**,

  # policies of the container's own, below this one
  deny /sys/{[^cdfk]*,c[^l]*,cl[^a]*,cla[^s]*,clas[^s]*,class?*,d[^e]*,de[^v]*,dev[^i]*,devi[^c]*,devic[^e]*,device[^s]*,devices?*,f[^s]*,fs?*,k[^e]*,ke[^r]*,ker[^n]*,kern[^e]*,kerne[^l]*,kernel?*,kernel/[^s]*,kernel/s[^e]*,kernel/se[^c]*,kernel/sec[^u]*,kernel/secu[^r]*,kernel/secur[^i]*,kernel/securi[^t]*,kernel/securit[^y]*,kernel/security?*,kernel/security/[^a]*,kernel/security/a[^p]*,kernel/security/ap[^p]*,kernel/security/app[^a]*,kernel/security/appa[^r]*,kernel/security/appar[^m]*,kernel/security/apparm[^o]*,kernel/security/apparmo[^r]*,kernel/security/apparmor?*}{,/**} wklx,
  change_profile -> ":lxc-web_<-srv-\[a\]>:*",
  change_profile -> ":lxc-web_<-srv-\[a\]>://*",

  # containers in the container
  pivot_root,
  ptrace,
  signal,
  deny /dev/.lxc/proc/** rw,
  deny /dev/.lxc/sys/** rw,
  mount,

  # the container's root has no rights on the host
  pivot_root,
  mount options=(rw,make-slave) -> **,
  mount options=(rw,make-rslave) -> **,
  mount options=(rw,make-shared) -> **,
  mount options=(rw,make-rshared) -> **,
  mount options=(rw,make-private) -> **,
  mount options=(rw,make-rprivate) -> **,
  mount options=(rw,make-unbindable) -> **,
  mount options=(rw,make-runbindable) -> **,
  mount options=(rw,bind),
  mount options=(rw,rbind),
  mount options=(ro,remount),

  # lxc.apparmor.raw
  deny /proc/kcore rw,
}
