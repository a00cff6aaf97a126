package migrate

import (
	"fmt"
	"strconv"
	"strings"

	"lxcfg/grammar/diag"
)

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
	if !isCount(length) || value != "max" && !isCount(value) {
		return "", undecided("%q of %q is no limit of processor time", "Write `lxc.cgroup2.cpu.max = QUOTA PERIOD`, in microseconds.", value, length)
	}
	return value + " " + length, nil
}

// period stands alone only where no line gives a quota.
func period(m *migration, s *setting) (string, *told) {
	if q := m.limits["cpu.cfs_quota_us"]; q != nil && q.value.String != "" {
		return "", &told{}
	}
	if !isCount(s.value.String) {
		return "", undecided("%q is no period", "Write `lxc.cgroup2.cpu.max = QUOTA PERIOD`, in microseconds.", s.value.String)
	}
	return "max " + s.value.String, nil
}

// isCount reports whether a text is a decimal number.
func isCount(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// throttle writes a limit of a device as io.max has it.
func throttle(value, word string) (string, *told) {
	fields := strings.Fields(value)
	if len(fields) != 2 {
		return "", undecided("%q is no device with its limit", "Write `lxc.cgroup2.io.max = MAJOR:MINOR "+word+"=N`.", value)
	}
	if !isCount(fields[1]) {
		return "", undecided("%q is no limit of a device", "Write `lxc.cgroup2.io.max = MAJOR:MINOR "+word+"=N`.", fields[1])
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
