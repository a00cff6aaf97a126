//go:build !linux || elsewhere

package main

// personality says that there are no containers here.
func (a *app) personality(p personality, args []string) int {
	a.errorWithHint(p.program+" starts containers, which this system does not have", "")
	return 1
}
