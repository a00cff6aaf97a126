package main

import (
	"fmt"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// filter prints what a seccomp filter does, for each architecture by action.
func (v *planView) filter(op plan.Seccomp) {
	const indent = "        "
	for _, t := range op.Tables.All() {
		fmt.Fprintf(&v.out, "%s%s\n", indent, v.paint.bold(t.Arch))
		for _, text := range t.Lines() {
			for i, line := range wrap(text, v.width-len(indent)-4) {
				if i > 0 {
					line = "  " + line
				}
				fmt.Fprintf(&v.out, "%s  %s\n", indent, diag.Visible(line))
			}
		}
	}
}
