//go:build linux

package payload

import (
	"os"
	"time"

	"lxcfg/launch/program"
)

// glance is how long a monitor looks away while it waits for a listener: about what
// loading a filter takes.
const glance = 50 * time.Microsecond

// AwaitListener waits until the process that runs an image has loaded its filter, and returns
// the listener's number there. It is not ok when the process has ended the conversation.
func AwaitListener(image *program.Image, talk *os.File) (number int, ok bool) {
	for {
		if number := image.Slot(SlotListener); number >= 0 {
			return number, true
		}
		if HasEnded(talk, glance) {
			return 0, false
		}
	}
}
