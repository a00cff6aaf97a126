package plan

import "fmt"

// ListenFDs leaves init descriptors of the caller's: the sockets that systemd has
// opened for a unit and starts it with, from descriptor 3 on (sd_listen_fds(3)). They are
// closed on execution until then, so that no hook has them.
type ListenFDs struct {
	Count uint32 `json:"count"`
}

func (ListenFDs) Kind() Kind     { return "listen-fds" }
func (ListenFDs) Object() string { return "descriptors" }
func (o ListenFDs) Describe() string {
	if o.Count == 1 {
		return "leave init descriptor 3, as LISTEN_FDS says"
	}
	return fmt.Sprintf("leave init descriptors 3 to %d, as LISTEN_FDS says", o.Last())
}
func (o ListenFDs) Changes(before Op, _ bool) []string {
	return nowWas("how many descriptors init is left", fmt.Sprint(before.(ListenFDs).Count), fmt.Sprint(o.Count), "0")
}

// Last is the last of the descriptors.
func (o ListenFDs) Last() uint32 { return 2 + o.Count }
