package rules

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/late"
)

// cgroupFileRules are about limits of cgroup v2. On a host with v1 LXC passes over
// them, right or wrong.
func cgroupFileRules() []Rule {
	return []Rule{
		{
			Code: "cgroup/no-such-file", Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{{Severity: diag.Warning, Effect: diag.FailsAtStart}},
			Title: "a limit that cgroup v2 does not have",
			Doc:   "lxc.cgroup2 writes a file of the container's cgroup, and on a host with cgroup v2 the launch fails when there is none of the name. Those of v1 have other names there.",
			Bad:   "lxc.cgroup2.memory.limit_in_bytes = 512M\n",
			Good:  "lxc.cgroup2.memory.max = 512M\n",
			check: cgroupNoSuchFile,
		},
		{
			Code: "cgroup/read-only", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a file of cgroup v2 that is only read",
			Doc:   "The file tells what the container uses. The kernel refuses the write, and the launch fails.",
			Bad:   "lxc.cgroup2.memory.current = 512M\n",
			Good:  "lxc.cgroup2.memory.max = 512M\n",
			check: cgroupReadOnly,
		},
		{
			Code: "cgroup/value", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a limit that the kernel does not take",
			Doc:   "LXC hands the text on to the kernel, which knows sizes such as 512M (not 512MB), the word max for no limit, and no percentages. It refuses the write, and the launch fails.",
			Bad:   "lxc.cgroup2.memory.max = 512MB\n",
			Good:  "lxc.cgroup2.memory.max = 512M\n",
			check: cgroupValue,
		},
	}
}

// cgroupFiles are the files of cgroup v2 that take a limit (cgroup-v2 of the kernel's
// admin guide), each with what it takes.
var cgroupFiles = late.Value[map[string]cgroupKind]{Make: func() map[string]cgroupKind {
	return map[string]cgroupKind{
		"cgroup.freeze": switchKind, "cgroup.max.depth": countKind, "cgroup.max.descendants": countKind, "cgroup.pressure": switchKind, "cgroup.subtree_control": anyKind, "cgroup.type": anyKind,
		"cpu.idle": switchKind, "cpu.max": bandwidthKind, "cpu.max.burst": anyKind, "cpu.pressure": anyKind, "cpu.uclamp.max": anyKind, "cpu.uclamp.min": anyKind, "cpu.weight": weightKind, "cpu.weight.nice": niceKind,
		"cpuset.cpus": listKind, "cpuset.cpus.exclusive": listKind, "cpuset.cpus.partition": anyKind, "cpuset.mems": listKind,
		"dmem.low": anyKind, "dmem.max": anyKind, "dmem.min": anyKind,
		"io.bfq.weight": anyKind, "io.latency": anyKind, "io.max": anyKind, "io.pressure": anyKind, "io.prio.class": anyKind, "io.weight": anyKind,
		"memory.high": sizeKind, "memory.low": sizeKind, "memory.max": sizeKind, "memory.min": sizeKind, "memory.oom.group": switchKind, "memory.peak": anyKind, "memory.pressure": anyKind, "memory.reclaim": anyKind,
		"memory.swap.high": sizeKind, "memory.swap.max": sizeKind, "memory.swap.peak": anyKind, "memory.zswap.max": sizeKind, "memory.zswap.writeback": switchKind,
		"misc.max": anyKind, "pids.max": countKind, "rdma.max": anyKind,
		"devices.allow": anyKind, "devices.deny": anyKind, // no files, but LXC's
	}
}}

// cgroupV1Files are names of v1 whose file of v2 is called otherwise. `lxcfg migrate`
// knows more, and what becomes of their values.
var cgroupV1Files = late.Value[map[string]string]{Make: func() map[string]string {
	return map[string]string{
		"memory.limit_in_bytes": "memory.max", "memory.soft_limit_in_bytes": "memory.low", "memory.memsw.limit_in_bytes": "memory.swap.max", "memory.swappiness": "", "memory.kmem.limit_in_bytes": "",
		"memory.oom_control": "memory.oom.group", "cpu.shares": "cpu.weight", "cpu.cfs_quota_us": "cpu.max", "cpu.cfs_period_us": "cpu.max", "cpu.rt_runtime_us": "", "cpu.rt_period_us": "",
		"blkio.weight": "io.weight", "blkio.throttle.read_bps_device": "io.max", "blkio.throttle.write_bps_device": "io.max", "blkio.throttle.read_iops_device": "io.max", "blkio.throttle.write_iops_device": "io.max",
		"cpuset.cpu_exclusive": "", "freezer.state": "cgroup.freeze", "net_cls.classid": "", "net_prio.ifpriomap": "",
	}
}}

// cgroupKindOf finds what a file takes; those of huge pages have their size in the name.
func cgroupKindOf(file string) (cgroupKind, bool) {
	if rest, ok := strings.CutPrefix(file, "hugetlb."); ok {
		_, what, _ := strings.Cut(rest, ".")
		return sizeKind, what == "max" || what == "rsvd.max"
	}
	kind, ok := cgroupFiles.Get()[file]
	return kind, ok
}

// tells reports whether a file is one that only tells how things are.
func tells(file string) bool {
	for _, end := range [...]string{".current", ".stat", ".events", ".events.local", ".effective", ".numa_stat", ".stat.local", "cgroup.controllers", "cpuset.cpus.isolated"} {
		if strings.HasSuffix(file, end) {
			return true
		}
	}
	return false
}

func cgroupNoSuchFile(c *config.Config, report report) {
	for _, s := range c.Cgroup.V2 {
		if _, known := cgroupKindOf(s.File); known || tells(s.File) {
			continue
		}
		f := report(s.Origin, fmt.Sprintf("cgroup v2 has no file %q", s.File), "The chapter cgroup-v2 of the kernel's admin guide lists the files. A kernel newer than this lxcfg may have more.")
		if of2, isV1 := cgroupV1Files.Get()[s.File]; isV1 {
			f.Detail = "It is a file of cgroup v1, and v2 has nothing that takes its place."
			if of2 != "" {
				f.Detail = fmt.Sprintf("It is a file of cgroup v1. Its place is taken by %s, whose values may mean something else: `lxcfg explain lxc.cgroup2.[file]`.", of2)
			}
			continue
		}
		f.as(diag.Warning, diag.FailsAtStart)
		if better, ok := diag.Suggest(s.File, slices.Values(sortedNames(cgroupFiles.Get()))); ok {
			f.Detail = fmt.Sprintf("Did you mean lxc.cgroup2.%s?", better)
		}
	}
}

func cgroupReadOnly(c *config.Config, report report) {
	for _, s := range c.Cgroup.V2 {
		if _, known := cgroupKindOf(s.File); !known && tells(s.File) {
			report(s.Origin, fmt.Sprintf("%s is read and not written", s.File), "Remove the line, or name the file of the limit: memory.max, pids.max and the like.")
		}
	}
}

func cgroupValue(c *config.Config, report report) {
	for _, s := range c.Cgroup.V2 {
		kind, known := cgroupKindOf(s.File)
		if !known || s.Device != nil || kind.takes(s.Value) {
			continue
		}
		f := report(s.Origin, fmt.Sprintf("the kernel does not take %q for %s", s.Value, s.File), "Write "+kind.words()+".")
		if better, safe := kind.mend(s.Value); better != "" {
			f.replace(safe, better)
		}
	}
}
