package migrate

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// The rows of cgroup v1 in the table of keys.
const (
	cgroupV1    = "lxc.cgroup.[file]"
	cgroupV1All = "lxc.cgroup"
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
func Limits() []Limit { return limits() }

var limits = sync.OnceValue(func() []Limit {
	same := "The value stays."
	byDevice := func(word string) func(*migration, *setting) (string, *told) {
		return func(_ *migration, s *setting) (string, *told) { return throttle(s.value.String, word) }
	}
	return []Limit{
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
		{V1: "*", Doc: "lxcfg knows no file of v2 for it.", Needs: true},
	}
})

// limit rewrites a line of cgroup v1.
func (m *migration) limit(s *setting, match keys.Match) {
	if match.Key.Name == cgroupV1All {
		m.set(s, "lxc.cgroup2", s.value.String)
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
	key := "lxc.cgroup2." + strings.Replace(row.V2, "*", middle, 1)
	value := s.value.String
	if row.value != nil && value != "" {
		var about *told
		if value, about = row.value(m, s); about != nil {
			reason := "part of " + key
			if about.severity > 0 {
				reason = "to be written as " + key + " by hand"
				m.note(s, about.severity, about.code, about.summary, about.detail)
			}
			m.retire(s, reason)
			return
		}
	}
	m.set(s, key, value)
}

// findLimit finds the row of a file, and what its * stands for.
func findLimit(file string) (row Limit, middle string) {
	for _, row := range limits() {
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

// undecided is a value that a person has to look at.
func undecided(format, detail string, args ...any) *told {
	return &told{diag.Warning, "cgroup", fmt.Sprintf(format, args...), detail}
}

func orMax(_ *migration, s *setting) (string, *told) {
	if strings.HasPrefix(s.value.String, "-") {
		return "max", nil
	}
	return s.value.String, nil
}

func softLimit(_ *migration, s *setting) (string, *told) {
	if strings.HasPrefix(s.value.String, "-") {
		return "0", nil
	}
	return s.value.String, nil
}

// swap is the limit of swap alone: what v1 gives both less what it gives memory.
func swap(m *migration, s *setting) (string, *told) {
	value := s.value.String
	if strings.HasPrefix(value, "-") {
		return "max", nil
	}
	both, ok := parseBytes(value)
	if !ok {
		return "", undecided("%q is no number of bytes", "Write lxc.cgroup2.memory.swap.max, the limit of swap alone.", value)
	}
	memory := m.limits["memory.limit_in_bytes"]
	if memory == nil || memory.value.String == "" {
		return "", undecided("no line says how much of %s is memory", "Write lxc.cgroup2.memory.swap.max, the limit of swap alone.", value)
	}
	of, ok := parseBytes(memory.value.String)
	if !ok || of > both {
		return "", undecided("%s of memory and swap is less than %s of memory", "Write lxc.cgroup2.memory.swap.max, the limit of swap alone.", value, memory.value.String)
	}
	return formatBytes(both - of), nil
}

// weight is the OCI's conversion of cpu.shares.
func weight(_ *migration, s *setting) (string, *told) {
	shares, err := strconv.ParseUint(s.value.String, 10, 64)
	if err != nil {
		return "", undecided("%q is no number of shares", "Write lxc.cgroup2.cpu.weight, from 1 to 10000; 100 is the default.", s.value.String)
	}
	shares = min(max(shares, 2), 262144)
	return strconv.FormatUint(1+(shares-2)*9999/262142, 10), nil
}

// ioWeight is the OCI's conversion of blkio.weight.
func ioWeight(_ *migration, s *setting) (string, *told) {
	written, ok := convertIOWeight(s.value.String)
	if !ok {
		return "", undecided("%q is no weight", "Write lxc.cgroup2.io.weight, from 1 to 10000; 100 is the default.", s.value.String)
	}
	return written, nil
}

func ioWeightOfDevice(_ *migration, s *setting) (string, *told) {
	device, w, _ := strings.Cut(s.value.String, " ")
	written, ok := convertIOWeight(strings.TrimSpace(w))
	if !ok {
		return "", undecided("%q is no device with its weight", "Write `lxc.cgroup2.io.weight = MAJOR:MINOR WEIGHT`.", s.value.String)
	}
	return device + " " + written, nil
}

func convertIOWeight(text string) (string, bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return "", false
	}
	n = min(max(n, 10), 1000)
	return strconv.FormatUint(1+(n-10)*9999/990, 10), true
}

// defaultPeriod is cpu.cfs_period_us where nobody sets it, in microseconds.
const defaultPeriod = "100000"

// quota joins quota and period, on the line of the quota.
func quota(m *migration, s *setting) (string, *told) {
	if m.limits["cpu.cfs_quota_us"] != s && m.limits["cpu.cfs_quota_us"].value.String != "" {
		return "", &told{} // a later line counts
	}
	length := defaultPeriod
	if p := m.limits["cpu.cfs_period_us"]; p != nil && p.value.String != "" {
		length = p.value.String
	}
	value := s.value.String
	if strings.HasPrefix(value, "-") {
		value = "max"
	}
	return value + " " + length, nil
}

// period stands alone only where no line gives a quota.
func period(m *migration, s *setting) (string, *told) {
	if q := m.limits["cpu.cfs_quota_us"]; q != nil && q.value.String != "" {
		return "", &told{}
	}
	return "max " + s.value.String, nil
}

// throttle writes a limit of a device as io.max has it.
func throttle(value, word string) (string, *told) {
	fields := strings.Fields(value)
	if len(fields) != 2 {
		return "", undecided("%q is no device with its limit", "Write `lxc.cgroup2.io.max = MAJOR:MINOR "+word+"=N`.", value)
	}
	if fields[1] == "0" {
		fields[1] = "max"
	}
	return fields[0] + " " + word + "=" + fields[1], nil
}

// parseBytes reads a number of bytes as the kernel does (memparse): K, M, G and
// the larger ones are powers of 1024.
func parseBytes(text string) (uint64, bool) {
	shift := 0
	if text != "" {
		if n := strings.IndexByte("kmgtpe", text[len(text)-1]|0x20); n >= 0 {
			shift, text = 10*(n+1), text[:len(text)-1]
		}
	}
	n, err := strconv.ParseUint(text, 0, 64)
	if err != nil || n<<shift>>shift != n {
		return 0, false
	}
	return n << shift, true
}

// formatBytes writes a number of bytes with the largest unit that divides it.
func formatBytes(n uint64) string {
	for i := len("KMG") - 1; i >= 0 && n > 0; i-- {
		if shift := 10 * (i + 1); n>>shift<<shift == n {
			return strconv.FormatUint(n>>shift, 10) + "KMG"[i:i+1]
		}
	}
	return strconv.FormatUint(n, 10)
}
