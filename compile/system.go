package compile

import (
	"cmp"

	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar/source"
)

// SystemConf reads LXC's system configuration, lxc.conf, for a caller whose
// containers are in a directory without it. The zero File is a host without the
// file.
func SystemConf(f source.File, lxcPath string) plan.SystemConf {
	value := func(name string) string {
		if v, ok := keys.SystemValue(f, name); ok {
			return v
		}
		k, _ := keys.LookupSystem(name)
		return k.Default
	}
	path, _ := keys.SystemValue(f, keys.SystemLXCPath)
	return plan.SystemConf{
		LXCPath:       cmp.Or(path, lxcPath),
		CgroupPattern: value("lxc.cgroup.pattern"),
		CgroupUse:     value("lxc.cgroup.use"),
		LVMGroup:      value("lxc.bdev.lvm.vg"),
		LVMThinPool:   value("lxc.bdev.lvm.thin_pool"),
		ZFSRoot:       value("lxc.bdev.zfs.root"),
		RBDPool:       value("lxc.bdev.rbd.rbdpool"),
		RBDUser:       value("lxc.bdev.rbd.rbduser"),
	}
}
