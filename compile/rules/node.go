package rules

import (
	"path"
	"strconv"
	"strings"
)

// node is what is found at a path of /dev on every host (devices.txt of the kernel's
// admin guide).
type node struct {
	pattern   string // as of path.Match
	kind      byte   // 'c' or 'b'
	major     int64  //
	minor     int64  // -1 for one of several, inName for the number that the name ends in
	directory bool   // the devices stand below
}

// inName stands for the number that a name ends in.
const inName = -2

// nodes are the devices with fixed numbers that containers are given, and directories
// of such.
var nodes = [...]node{
	{"/dev/mem", 'c', 1, 1, false}, {"/dev/null", 'c', 1, 3, false}, {"/dev/zero", 'c', 1, 5, false}, {"/dev/full", 'c', 1, 7, false},
	{"/dev/random", 'c', 1, 8, false}, {"/dev/urandom", 'c', 1, 9, false}, {"/dev/kmsg", 'c', 1, 11, false},
	{"/dev/tty[0-9]*", 'c', 4, -1, false}, {"/dev/ttyS[0-9]*", 'c', 4, -1, false}, {"/dev/tty", 'c', 5, 0, false}, {"/dev/console", 'c', 5, 1, false}, {"/dev/ptmx", 'c', 5, 2, false},
	{"/dev/loop[0-9]*", 'b', 7, -1, false}, {"/dev/sd[a-z]*", 'b', 8, -1, false},
	{"/dev/hwrng", 'c', 10, 183, false}, {"/dev/net/tun", 'c', 10, 200, false}, {"/dev/uinput", 'c', 10, 223, false}, {"/dev/fuse", 'c', 10, 229, false},
	{"/dev/kvm", 'c', 10, 232, false}, {"/dev/loop-control", 'c', 10, 237, false}, {"/dev/vhost-net", 'c', 10, 238, false}, {"/dev/uhid", 'c', 10, 239, false},
	{"/dev/vhost-vsock", 'c', 10, 241, false}, {"/dev/rfkill", 'c', 10, 242, false},
	{"/dev/input", 'c', 13, -1, true}, {"/dev/input/*", 'c', 13, -1, false}, {"/dev/fb[0-9]*", 'c', 29, inName, false},
	{"/dev/video[0-9]*", 'c', 81, -1, false}, {"/dev/i2c-[0-9]*", 'c', 89, -1, false}, {"/dev/ppp", 'c', 108, 0, false},
	{"/dev/snd", 'c', 116, -1, true}, {"/dev/snd/*", 'c', 116, -1, false}, {"/dev/ttyACM[0-9]*", 'c', 166, inName, false}, {"/dev/ttyUSB[0-9]*", 'c', 188, inName, false},
	{"/dev/bus/usb", 'c', 189, -1, true}, {"/dev/bus/usb/[0-9]*", 'c', 189, -1, true}, {"/dev/bus/usb/*/*", 'c', 189, -1, false},
	{"/dev/nvidiactl", 'c', 195, 255, false}, {"/dev/nvidia-modeset", 'c', 195, 254, false}, {"/dev/nvidia[0-9]*", 'c', 195, -1, false},
	{"/dev/dvb", 'c', 212, -1, true}, {"/dev/dri", 'c', 226, -1, true}, {"/dev/dri/card[0-9]*", 'c', 226, inName, false}, {"/dev/dri/renderD[0-9]*", 'c', 226, inName, false},
}

// findNode finds what is at a path of the host.
func findNode(name string) (node, bool) {
	if !strings.HasPrefix(name, "/dev/") {
		return node{}, false
	}
	name = path.Clean(name)
	for _, n := range nodes {
		if ok, _ := path.Match(n.pattern, name); !ok {
			continue
		}
		if n.minor == inName {
			var err error
			digits := name[len(strings.TrimRight(name, "0123456789")):]
			if n.minor, err = strconv.ParseInt(digits, 10, 20); err != nil {
				n.minor = -1 // the kernel has no such minor number
			}
		}
		return n, true
	}
	return node{}, false
}
