package grammar

import (
	"math"
	"strconv"
	"strings"
)

// Signal is a signal by name or number. LXC does not check that the number is one
// of a signal.
var Signal = Language[uint32]{
	Name: "signal", Syntax: `number | "SIG" name | "SIGRTMIN+" 0…30 | "SIGRTMAX-" 0…30`,
	Parse: func(t Text) (uint32, *ValueError) {
		if t.String != "" && t.String[0] >= '0' && t.String[0] <= '9' {
			n, ok := parseUint(t.String, 32)
			if !ok || n > math.MaxInt32 {
				return 0, notASignal(t)
			}
			return uint32(n), nil
		}
		upper := strings.ToUpper(t.String)
		if offset, ok := strings.CutPrefix(upper, "SIGRTMIN+"); ok {
			return realtimeSignal(t, offset, sigRTMin, 1)
		}
		if offset, ok := strings.CutPrefix(upper, "SIGRTMAX-"); ok {
			return realtimeSignal(t, offset, sigRTMax, -1)
		}
		if n := signalNumber(upper); n != 0 {
			return n, nil
		}
		return 0, notASignal(t)
	},
	Format: func(n uint32) string { return strconv.FormatUint(uint64(n), 10) },
}

// The real-time signals that are left to programs by glibc (signal(7)).
const (
	sigRTMin = 34
	sigRTMax = 64
)

func realtimeSignal(t Text, offset string, base, sign int64) (uint32, *ValueError) {
	n, ok := parseDigits(offset, 32) // LXC wants a digit behind the sign, no blank
	if !ok || n > sigRTMax-sigRTMin {
		return 0, notASignal(t)
	}
	return uint32(base + sign*int64(n)), nil
}

func notASignal(t Text) *ValueError {
	return invalid(t, "Write a name with SIG before it, such as SIGPWR or SIGRTMIN+3, or a number.", "%q is no signal", t.String)
}

// signalNumber is the number of a signal on Linux for x86 and ARM, 0 for none.
func signalNumber(name string) uint32 {
	for n, names := range signalNames() {
		for _, s := range strings.Fields(names) {
			if "SIG"+s == name {
				return uint32(n)
			}
		}
	}
	return 0
}

// signalNames lists the names by number (signal(7)).
func signalNames() []string {
	return []string{1: "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT IOT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
		"PIPE", "ALRM", "TERM", "STKFLT", "CHLD CLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
		"VTALRM", "PROF", "WINCH", "IO POLL", "PWR", "SYS"}
}
