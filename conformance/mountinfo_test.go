//go:build linux

package conformance

import (
	"fmt"
	"sort"
	"strings"
)

// mountLine is one line of /proc/PID/mountinfo, see proc_pid_mountinfo(5).
type mountLine struct {
	id, parent, device, root, point, options string
	propagation                              []string
	fstype, source, super                    string
}

func parseMountLine(line string) (mountLine, bool) {
	left, right, ok := strings.Cut(line, " - ")
	f, g := strings.Fields(left), strings.Fields(right)
	if !ok || len(f) < 6 || len(g) < 2 {
		return mountLine{}, false
	}
	m := mountLine{id: f[0], parent: f[1], device: f[2], root: f[3], point: f[4], options: f[5], propagation: f[6:], fstype: g[0], source: g[1]}
	if len(g) > 2 {
		m.super = g[2]
	}
	return m, true
}

// normaliseMounts turns a mount table into lines sorted by mount point, in which
// numbers given anew at each launch (mounts, peer groups, anonymous devices) say
// only what is the same as what. Mounts on one point keep their order.
func normaliseMounts(lines []string) []string {
	var mounts []mountLine
	points := map[string]string{}
	for _, line := range lines {
		if m, ok := parseMountLine(line); ok {
			mounts = append(mounts, m)
			points[m.id] = m.point
		}
	}
	sort.SliceStable(mounts, func(i, j int) bool { return mounts[i].point < mounts[j].point })

	filesystem, peers := firstSeen(), firstSeen()
	out := make([]string, 0, len(mounts))
	for _, m := range mounts {
		if strings.HasPrefix(m.device, "0:") {
			first := filesystem(m.device, m.point)
			if m.device = "own"; first != m.point {
				m.device = "that of " + first
			}
		}
		if strings.HasPrefix(m.source, "/dev/loop") { // the one that is free, of many
			m.source, m.device = "/dev/loopN", "7:N"
		}
		if m.fstype == "devpts" && strings.HasSuffix(m.point, "/console") {
			m.root = "/N" // the number of the pty
		}
		for i, tag := range m.propagation {
			kind, number, _ := strings.Cut(tag, ":")
			m.propagation[i] = kind
			if first := peers(number, m.point); number != "" && first != m.point {
				m.propagation[i] += " with " + first
			}
		}
		on := points[m.parent]
		if on == "" {
			on = "outside"
		}
		out = append(out, fmt.Sprintf("%s on %s: %s of %s %s, %s, super %s, %s", m.point, on, m.root, m.fstype, m.source, m.options, m.super,
			strings.Join(append([]string{m.device}, m.propagation...), ", ")))
	}
	return out
}

// firstSeen returns a function that tells at which mount point a number was seen
// first, so that the number itself need not be compared.
func firstSeen() func(number, point string) string {
	points := map[string]string{}
	return func(number, point string) string {
		if first, ok := points[number]; ok {
			return first
		}
		points[number] = point
		return point
	}
}
