package seccomp_test

import (
	"fmt"
	"strings"

	"lxcfg/compile/seccomp/filtertest"
)

// libseccomp's program does not always do what its own description of the filter
// says (seccomp_export_pfc(3)): it can compare the wrong word where tests of
// several arguments follow each other, or forget to load the number of the call.
// There our filter has to do what the description says.

// described runs a description on a call. It is nested ifs, by indent:
//
//	if ($arch == 3221225534)
//	  if ($syscall == 9)
//	    if ($a1.hi32 & 0x0000000f == 2)
//	      action ERRNO(1);
//	    else
//	      …
//	  action KILL;
func described(text string, d *filtertest.Data, bigEndian bool) (verdict uint32, err error) {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
			lines = append(lines, line)
		}
	}
	r := description{lines: lines, data: d, bigEndian: bigEndian}
	verdict, decided := r.block(0)
	if r.err == nil && !decided {
		r.err = fmt.Errorf("the description does not decide")
	}
	return verdict, r.err
}

type description struct {
	lines     []string
	data      *filtertest.Data
	bigEndian bool
	err       error
}

// block runs the lines at an indent and takes them away with all that is deeper.
func (r *description) block(indent int) (verdict uint32, decided bool) {
	for len(r.lines) > 0 && r.err == nil {
		line := strings.TrimLeft(r.lines[0], " ")
		if len(r.lines[0])-len(line) < indent {
			break
		}
		r.lines = r.lines[1:]
		if action, ok := strings.CutPrefix(line, "action "); ok {
			if !decided {
				verdict, decided = r.action(strings.TrimSuffix(action, ";")), true
			}
			continue
		}
		holds := r.holds(line)
		yes, yesDecided := r.block(indent + 2)
		var no uint32
		var noDecided bool
		if len(r.lines) > 0 && r.lines[0] == strings.Repeat(" ", indent)+"else" {
			r.lines = r.lines[1:]
			no, noDecided = r.block(indent + 2)
		}
		if !holds {
			yes, yesDecided = no, noDecided
		}
		if !decided && yesDecided {
			verdict, decided = yes, true
		}
	}
	return verdict, decided
}

func (r *description) action(word string) uint32 {
	var n uint32
	switch {
	case word == "ALLOW":
		return 0x7fff0000
	case word == "TRAP":
		return 0x00030000
	case word == "KILL":
		return 0
	case strings.HasPrefix(word, "ERRNO("):
		_, r.err = fmt.Sscanf(word, "ERRNO(%d)", &n)
		return 0x00050000 | n
	}
	_, r.err = fmt.Sscanf(word, "0x%x", &n)
	return n
}

// holds evaluates "if ($WORD [& MASK] OPERATOR VALUE)".
func (r *description) holds(line string) bool {
	words := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(line, "if ("), ")"))
	if len(words) != 3 && len(words) != 5 {
		r.err = fmt.Errorf("%q is not understood", line)
		return false
	}
	value, mask := r.word(words[0]), ^uint32(0)
	if len(words) == 5 {
		_, r.err = fmt.Sscanf(words[2], "0x%x", &mask)
	}
	var with uint32
	if _, err := fmt.Sscan(words[len(words)-1], &with); err != nil {
		r.err = err
	}
	switch value &= mask; words[len(words)-2] {
	case "==":
		return value == with
	case ">":
		return value > with
	case ">=":
		return value >= with
	}
	r.err = fmt.Errorf("%q is not understood", line)
	return false
}

func (r *description) word(name string) uint32 {
	switch name {
	case "$arch":
		return r.data[1]
	case "$syscall":
		return r.data[0]
	}
	var arg int
	if _, err := fmt.Sscanf(name, "$a%d", &arg); err != nil {
		r.err = err
		return 0
	}
	if strings.HasSuffix(name, ".hi32") != r.bigEndian {
		return r.data[5+2*arg]
	}
	return r.data[4+2*arg]
}
