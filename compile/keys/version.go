package keys

import (
	"fmt"
	"strconv"
	"strings"
)

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

// Major is the first number of the release.
func (v Version) Major() int {
	major, _, _ := release(v.String())
	return major
}

// ParseVersion reads a release, with any patch level: "5.0", "5.0.2". One between
// two known ones is the older of them; a later one than all is not known.
func ParseVersion(word string) (Version, bool) {
	major, minor, ok := release(word)
	newest, _, _ := release(Newest.String())
	if !ok || major > newest {
		return 0, false
	}
	var found Version
	for v := V1_0; v <= Newest; v++ {
		if vMajor, vMinor, _ := release(v.String()); vMajor < major || vMajor == major && vMinor <= minor {
			found = v
		}
	}
	return found, found != 0
}

// release takes the first two numbers of a version apart.
func release(word string) (major, minor int, ok bool) {
	parts := strings.SplitN(word, ".", 3)
	if len(parts) < 2 {
		parts = append(parts, "0")
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return major, minor, err1 == nil && err2 == nil
}

// Versions returns the releases in order.
func Versions() []Version {
	var all []Version
	for v := V1_0; v <= Newest; v++ {
		all = append(all, v)
	}
	return all
}
