package filtertest_test

import (
	"strings"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp/filtertest"
)

// What the kernel would not load is not valid.
func TestValid(t *testing.T) {
	ret := plan.BPF{Code: 0x06}
	for name, c := range map[string]struct {
		program []plan.BPF
		want    string
	}{
		"a return":                 {[]plan.BPF{ret}, ""},
		"a load of the last word":  {[]plan.BPF{{Code: 0x20, K: 60}, ret}, ""},
		"nothing":                  {nil, "0 instructions"},
		"too much":                 {make([]plan.BPF, 4097), "4097 instructions"},
		"no return at the end":     {[]plan.BPF{ret, {Code: 0x20}}, "end in a return"},
		"a load behind the data":   {[]plan.BPF{{Code: 0x20, K: 64}, ret}, "loads word 64"},
		"a load between words":     {[]plan.BPF{{Code: 0x20, K: 2}, ret}, "loads word 2"},
		"a jump to the end":        {[]plan.BPF{{Code: 0x05, K: 1}, ret}, "out of the program"},
		"a long jump":              {[]plan.BPF{{Code: 0x05, K: ^uint32(0)}, ret}, "out of the program"},
		"a branch to the end":      {[]plan.BPF{{Code: 0x15, JF: 1}, ret}, "out of the program"},
		"a store, which is no use": {[]plan.BPF{{Code: 0x02}, ret}, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			err := filtertest.Valid(c.program)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
