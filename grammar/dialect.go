package grammar

import (
	"fmt"
	"strings"
)

// Dialect is how the lines of a file are written.
type Dialect uint8

// The dialects.
const (
	// LXC is what LXC reads since 1.0.11 and 2.0: a CR ends a line as an LF does,
	// and one pair of quotes around a value is taken off.
	LXC Dialect = iota
	// LXC1 is what LXC 1.0.7 reads: only an LF ends a line, and quotes are part of
	// the value.
	LXC1
	// PVE is what Proxmox VE reads from /etc/pve/lxc/NNN.conf and makes LXC's file
	// of: see proxmox.go.
	PVE
)

// Dialects lists them all.
func Dialects() []Dialect { return []Dialect{LXC, LXC1, PVE} }

// String names the dialect as the option --dialect does.
func (d Dialect) String() string {
	switch d {
	case LXC:
		return "lxc"
	case LXC1:
		return "lxc1"
	case PVE:
		return "pve"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// endsAtCR reports whether a CR ends a line.
func (d Dialect) endsAtCR() bool { return d == LXC }

// terminator is the length of the end of line that a text starts with: an LF, a
// CR or a CR LF, 0 for none.
func (d Dialect) terminator(s string) int {
	switch {
	case strings.HasPrefix(s, "\n"):
		return 1
	case !d.endsAtCR() || !strings.HasPrefix(s, "\r"):
		return 0
	case strings.HasPrefix(s[1:], "\n"):
		return 2
	}
	return 1
}

// quotes reports whether a pair of quotes around a value is taken off.
func (d Dialect) quotes() bool { return d == LXC }
