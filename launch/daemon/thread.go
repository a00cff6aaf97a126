//go:build linux

package daemon

import (
	"os"
	"runtime"
)

// A daemon that has executed itself has to go on in its first thread, which is the one
// that has made the container: when another one executes the program again, that thread
// ends, and the kernel kills the container (PR_SET_PDEATHSIG, prctl(2)). Only while
// packages are initialised is it certain to be in it.
func init() {
	if _, isSet := os.LookupEnv(again); isSet {
		runtime.LockOSThread()
	}
}
