//go:build linux

package doctor

import (
	"fmt"
	"strings"

	"lxcfg/launch/remains"
)

// remains looks for what launchers of the container have left that were killed.
func (e *examiner) remains() {
	name := e.plan.Container()
	found, err := remains.Find(e.plan.LXCPath(), name)
	if err != nil {
		e.report("host/remains", Warning, err.Error(), "Take away by hand what it names, and then the file.")
	}
	for _, list := range found {
		list.Close()
		e.left = append(e.left, list.Things...)
	}
	if len(e.left) > 0 {
		e.report("host/remains", Warning, fmt.Sprintf("a launch of %q was killed and has left: %s", name, strings.Join(remains.Words(e.left), ", ")),
			fmt.Sprintf("The next start takes it back. So does `lxcfg doctor --clear -P %s %s`, now.", e.plan.LXCPath(), name))
	}
}
