package keys

import "fmt"

// Version is a release of LXC whose configuration language differs from the one
// before. The zero Version is none.
type Version uint8

// The releases. LXC 4.0 and 6.0 brought keys, 2.1 the names of today, 3.0 the end
// of the old ones, 7.0 the end of lxc.cgroup.
const (
	V1_0 Version = iota + 1
	V1_1
	V2_0
	V2_1
	V3_0
	V4_0
	V5_0
	V6_0
	V7_0

	Newest = V7_0
)

var versionNames = [...]string{V1_0: "1.0", V1_1: "1.1", V2_0: "2.0", V2_1: "2.1", V3_0: "3.0", V4_0: "4.0", V5_0: "5.0", V6_0: "6.0", V7_0: "7.0"}

// String gives the release as people write it, "5.0".
func (v Version) String() string {
	if int(v) < len(versionNames) && v > 0 {
		return versionNames[v]
	}
	return fmt.Sprintf("Version(%d)", uint8(v))
}

// ParseVersion reads a release, with any patch level: "5.0", "5.0.2". One between
// two known ones is the older of them.
func ParseVersion(word string) (Version, bool) {
	var major, minor int
	if n, _ := fmt.Sscanf(word, "%d.%d", &major, &minor); n < 1 {
		return 0, false
	}
	var found Version
	for v := V1_0; v <= Newest; v++ {
		var vMajor, vMinor int
		if n, _ := fmt.Sscanf(v.String(), "%d.%d", &vMajor, &vMinor); n == 2 && (vMajor < major || vMajor == major && vMinor <= minor) {
			found = v
		}
	}
	return found, found != 0
}

// Versions returns the releases in order.
func Versions() []Version {
	var all []Version
	for v := V1_0; v <= Newest; v++ {
		all = append(all, v)
	}
	return all
}
