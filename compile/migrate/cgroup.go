package migrate

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/late"
)

// The rows of limits in the table of keys.
const (
	cgroupV1    = "lxc.cgroup.[file]"
	cgroupV1All = "lxc.cgroup"
	cgroupV2    = "lxc.cgroup2.[file]"
)

// Limit is what becomes of one file of cgroup v1 (cgroup-v1 and cgroup-v2 of the
// kernel's admin guide).
type Limit struct {
	V1    string // the file, or its beginning where it ends in *
	V2    string // the file of cgroup v2; * stands for what V1's stood for; empty: there is none
	Doc   string // how the value becomes the new one, or why there is no file, in sentences
	Needs bool   // a person has to decide something
	value func(m *migration, s *setting) (string, *told)
}

// Limits returns the table; the first row that fits counts.
func Limits() []Limit { return limits.Get() }

var limits = late.Value[[]Limit]{Make: func() []Limit {
	same := "The value stays."
	byDevice := func(word string) func(*migration, *setting) (string, *told) {
		return func(_ *migration, s *setting) (string, *told) { return throttle(s.value.String, word) }
	}
	table := []Limit{
		{V1: "devices.allow", V2: "devices.allow", Doc: same},
		{V1: "devices.deny", V2: "devices.deny", Doc: same},
		{V1: "memory.limit_in_bytes", V2: "memory.max", Doc: "The value stays; -1 becomes max.", value: orMax},
		{V1: "memory.soft_limit_in_bytes", V2: "memory.low", Doc: "The value stays; -1, which is no soft limit, becomes 0.", value: softLimit},
		{V1: "memory.memsw.limit_in_bytes", V2: "memory.swap.max", Doc: "v1 counts memory and swap together, v2 swap alone: memory.limit_in_bytes is taken off. -1 becomes max.", value: swap},
		{V1: "memory.kmem.limit_in_bytes", Doc: "v2 counts the kernel's memory in memory.max."},
		{V1: "memory.kmem.*", Doc: "v2 counts the kernel's memory in memory.max."},
		{V1: "memory.use_hierarchy", Doc: "v2 always counts what is below."},
		{V1: "memory.swappiness", Doc: "v2 has no swappiness of a cgroup; the host's vm.swappiness holds.", Needs: true},
		{V1: "memory.oom_control", Doc: "v2 cannot switch the killer off; memory.oom.group says whether it takes the whole container.", Needs: true},
		{V1: "cpuset.cpus", V2: "cpuset.cpus", Doc: same},
		{V1: "cpuset.mems", V2: "cpuset.mems", Doc: same},
		{V1: "cpuset.cpu_exclusive", Doc: "v2 has cpuset.cpus.partition, which means more.", Needs: true},
		{V1: "cpuset.*", Doc: "v2 has no such file.", Needs: true},
		{V1: "cpu.shares", V2: "cpu.weight", Doc: "1 + (shares - 2) * 9999 / 262142, so that 2 becomes 1, 1024 becomes 39 and 262144 becomes 10000.", value: weight},
		{V1: "cpu.cfs_quota_us", V2: "cpu.max", Doc: "The quota and, behind it, cpu.cfs_period_us, 100000 without such a line; a negative quota becomes max.", value: quota},
		{V1: "cpu.cfs_period_us", V2: "cpu.max", Doc: "It stands behind the quota; without cpu.cfs_quota_us the line is `max PERIOD`.", value: period},
		{V1: "cpu.rt_*", Doc: "v2 has no limit of real-time processes.", Needs: true},
		{V1: "cpuacct.*", Doc: "It limits nothing; v2 counts in cpu.stat."},
		{V1: "pids.max", V2: "pids.max", Doc: same},
		{V1: "blkio.weight", V2: "io.weight", Doc: "1 + (weight - 10) * 9999 / 990, so that 10 becomes 1 and 1000 becomes 10000.", value: ioWeight},
		{V1: "blkio.weight_device", V2: "io.weight", Doc: "The weight behind the device becomes one of io.weight.", value: ioWeightOfDevice},
		{V1: "blkio.bfq.weight", V2: "io.bfq.weight", Doc: same},
		{V1: "blkio.bfq.weight_device", V2: "io.bfq.weight", Doc: same},
		{V1: "blkio.throttle.read_bps_device", V2: "io.max", Doc: "`DEVICE N` becomes `DEVICE rbps=N`; 0, which is no limit, becomes max.", value: byDevice("rbps")},
		{V1: "blkio.throttle.write_bps_device", V2: "io.max", Doc: "`DEVICE N` becomes `DEVICE wbps=N`.", value: byDevice("wbps")},
		{V1: "blkio.throttle.read_iops_device", V2: "io.max", Doc: "`DEVICE N` becomes `DEVICE riops=N`.", value: byDevice("riops")},
		{V1: "blkio.throttle.write_iops_device", V2: "io.max", Doc: "`DEVICE N` becomes `DEVICE wiops=N`.", value: byDevice("wiops")},
		{V1: "blkio.*", Doc: "v2 has no such file.", Needs: true},
		{V1: "hugetlb.*.limit_in_bytes", V2: "hugetlb.*.max", Doc: "The value stays; -1 becomes max.", value: orMax},
		{V1: "rdma.max", V2: "rdma.max", Doc: same},
		{V1: "misc.max", V2: "misc.max", Doc: same},
		{V1: "freezer.state", Doc: "It is no limit; lxc-freeze and lxc-unfreeze freeze a container."},
		{V1: "net_cls.classid", Doc: "v2 marks no packets; match the container's cgroup in nftables.", Needs: true},
		{V1: "net_prio.*", Doc: "v2 gives packets no priority; match the container's cgroup in nftables.", Needs: true},
	}
	for _, file := range [...]string{"memory.max", "memory.high", "memory.low", "memory.min", "memory.swap.max", "memory.oom.group",
		"cpu.weight", "cpu.weight.nice", "cpu.max", "cpu.idle", "io.max", "io.weight", "io.latency", "hugetlb.*.max"} {
		table = append(table, Limit{V1: file, V2: file, Doc: "It is a file of v2 already."})
	}
	return append(table, Limit{V1: "*", Doc: "lxcfg knows no file of v2 for it.", Needs: true})
}}

// limit rewrites a line of cgroup v1.
func (m *migration) limit(s *setting, match keys.Match) {
	if match.Key.Name == cgroupV1All {
		m.clearLimits(s)
		return
	}
	row, middle := findLimit(match.Part)
	if row.V2 == "" {
		m.retire(s, "cgroup v2 has no "+match.Part)
		severity := diag.Info
		if row.Needs && s.value.String != "" {
			severity = diag.Warning
		}
		m.note(s, severity, "cgroup", fmt.Sprintf("cgroup v2 has no %q", match.Part), row.Doc)
		return
	}
	file := strings.Replace(row.V2, "*", middle, 1)
	value := s.value.String
	if value != "" && !slices.Contains(m.became[file], row.V1) {
		m.became[file] = append(m.became[file], row.V1)
	}
	if !addsUp(file) && m.v2.set[file] {
		m.retire(s, "lxc.cgroup2."+file+" is set")
		return
	}
	if row.value != nil && value != "" {
		var about *told
		if value, about = row.value(m, s); about != nil {
			reason := "part of lxc.cgroup2." + file
			if about.severity > 0 {
				reason = "to be written as lxc.cgroup2." + file + " by hand"
				m.note(s, about.severity, about.code, about.summary, about.detail)
			}
			m.retire(s, reason)
			return
		}
	}
	switch {
	case addsUp(file) && m.v2.has(s, file, value):
		m.retire(s, "lxc.cgroup2."+file+" is set")
	case value == "" && m.clearsMore(row, file):
		m.retire(s, "lxc.cgroup2."+file+" holds more")
		m.note(s, diag.Warning, "cgroup", fmt.Sprintf("%q clears less than lxc.cgroup2.%s would", s.key.String, file),
			"Remove the line, and those above that it cleared.")
	default:
		m.overruled(s, file)
		m.set(s, "lxc.cgroup2."+file, value)
	}
}

// clearLimits rewrites an empty lxc.cgroup, which clears every line above it.
func (m *migration) clearLimits(s *setting) {
	if len(m.v2.set) == 0 {
		m.set(s, "lxc.cgroup2", s.value.String)
		return
	}
	m.retire(s, "lxc.cgroup2 would clear more")
	m.note(s, diag.Warning, "cgroup", `"lxc.cgroup" clears less than lxc.cgroup2 would`, "Remove the line, and those above that it cleared.")
}

// overruled tells of a device rule that a line of cgroup v2 below takes back.
func (m *migration) overruled(s *setting, file string) {
	if strings.HasPrefix(file, "devices.") && s.value.String != "" && m.v2.reset != nil && m.v2.reset.place > s.place {
		m.note(s, diag.Warning, "cgroup", fmt.Sprintf("%q below overrules this rule", m.v2.reset.content.String), "Move the line below that one.")
	}
}

// clearsMore reports whether clearing a file of v2 would clear what another file of
// v1 has set above.
func (m *migration) clearsMore(row Limit, file string) bool {
	return slices.ContainsFunc(m.became[file], func(v1 string) bool { return v1 != row.V1 })
}

// findLimit finds the row of a file, and what its * stands for.
func findLimit(file string) (row Limit, middle string) {
	for _, row := range limits.Get() {
		before, after, pattern := strings.Cut(row.V1, "*")
		switch {
		case !pattern && file == row.V1:
			return row, ""
		case pattern && len(file) > len(before)+len(after) && strings.HasPrefix(file, before) && strings.HasSuffix(file, after):
			return row, file[len(before) : len(file)-len(after)]
		}
	}
	return Limit{}, ""
}
