//go:build linux

package probe

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/sys/unix"
)

// accessTags are the kinds of entries of an access control list by the kernel's numbers
// (linux/posix_acl.h), and whether an entry names somebody.
var accessTags = [...]struct {
	number uint16
	tag    string
	named  bool
}{
	{0x01, "user", false}, {0x02, "user", true}, {0x04, "group", false}, {0x08, "group", true}, {0x10, "mask", false}, {0x20, "other", false},
}

// accessList reads the access control list of a file as the kernel stores it
// (linux/posix_acl_xattr.h: a version, and eight bytes an entry), nothing when it has
// none.
func accessList(name string) (list []string) {
	const version, entry = 2, 8
	data := make([]byte, 4096)
	n, err := unix.Getxattr(name, "system.posix_acl_access", data)
	if err != nil || n < 4 || binary.LittleEndian.Uint32(data) != version {
		return nil
	}
	for data = data[4:n]; len(data) >= entry; data = data[entry:] {
		number, perm, id := binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint16(data[2:]), binary.LittleEndian.Uint32(data[4:])
		for _, t := range accessTags {
			if t.number != number {
				continue
			}
			who := ""
			if t.named {
				who = strconv.FormatUint(uint64(id), 10)
			}
			list = append(list, t.tag+":"+who+":"+permissions(perm))
		}
	}
	return list
}

// permissions writes three bits as ls(1) does.
func permissions(bits uint16) string {
	text := []byte("rwx")
	for i := range text {
		if bits&(4>>i) == 0 {
			text[i] = '-'
		}
	}
	return string(text)
}
