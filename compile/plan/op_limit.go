package plan

import (
	"fmt"
	"math"
	"strconv"
)

// Prlimit sets a resource limit of the payload (prlimit(2)).
type Prlimit struct {
	Resource string `json:"resource"` // "nofile", as in the configuration
	Number   uint32 `json:"number"`   // RLIMIT_NOFILE
	Soft     uint64 `json:"soft"`     // RLIM_INFINITY, the largest number, for no limit
	Hard     uint64 `json:"hard"`
}

func (Prlimit) Kind() Kind       { return "prlimit" }
func (o Prlimit) Object() string { return o.Resource }
func (o Prlimit) Describe() string {
	text := fmt.Sprintf("limit %s to %s", o.Resource, describeLimit(o.Soft))
	if o.Soft != o.Hard {
		text += ", at most " + describeLimit(o.Hard)
	}
	return text + " (prlimit)"
}
func (o Prlimit) Summary() (Topic, string) {
	return TopicLimits, o.Resource + " " + describeLimits(o.Soft, o.Hard)
}
func (o Prlimit) Changes(before Op, _ bool) []string {
	was := before.(Prlimit)
	if isNew(was, o) {
		return nil
	}
	return nowWas("the limit of "+o.Resource, describeLimits(was.Soft, was.Hard), describeLimits(o.Soft, o.Hard), "")
}

// describeLimits gives a pair of limits as the configuration has it.
func describeLimits(soft, hard uint64) string {
	if soft == hard {
		return describeLimit(soft)
	}
	return describeLimit(soft) + ":" + describeLimit(hard)
}

func describeLimit(n uint64) string {
	if n == math.MaxUint64 {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}

// ProcFile writes a file of the payload's directory below the host's /proc
// (proc(5)).
type ProcFile struct {
	File  string `json:"file"` // below the directory, "oom_score_adj"
	Value string `json:"value"`
}

func (ProcFile) Kind() Kind       { return "proc-file" }
func (o ProcFile) Object() string { return o.File }
func (o ProcFile) Describe() string {
	return fmt.Sprintf("write %q to %s of the payload in /proc", o.Value, o.File)
}
func (o ProcFile) Changes(before Op, _ bool) []string {
	was := before.(ProcFile)
	if isNew(was, o) {
		return nil
	}
	return nowWas("what is written to /proc/PID/"+o.File, was.Value, o.Value, "nothing")
}

// SchedCore gives the container a core scheduling cookie of its own: its processes
// never share a processor core with others at the same time (PR_SCHED_CORE,
// prctl(2)). A machine whose cores run one thread each needs none, and has none.
type SchedCore struct{}

func (SchedCore) Kind() Kind       { return "sched-core" }
func (SchedCore) Object() string   { return "cookie" }
func (SchedCore) Describe() string { return "share no processor core with others at the same time" }
func (SchedCore) Requires() []Requirement {
	return []Requirement{{Need: NeedKernel, Object: "5.14"}}
}
