//go:build linux

package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/monitor"
	"lxcfg/launch/netlink"
)

// StepError says which step of a launch failed and why.
type StepError struct {
	Step      plan.Step
	Call      string // system call, empty when the cause says it
	Object    string // what it was about
	Host      string // the object as a path of the host, empty when it has none
	Container string // and of the container
	Output    string // the end of what a hook or helper printed, empty for other steps
	Advice    string // what to do, in sentences; empty when that is not certain
	Cause     error
	Filter    string // the seccomp policy whose filter judged the call, empty when none was loaded
	Undo      error  // what could not be taken back, nil when nothing is left
}

// newStepError takes a failed host operation apart, so that its object and its
// error are reported like those of a system call of the payload.
func newStepError(s plan.Step, err error) *StepError {
	e := &StepError{Step: s, Cause: err}
	var path *fs.PathError
	if errors.As(err, &path) {
		e.Call, e.Object, e.Cause = path.Op, path.Path, path.Err
	}
	var request *netlink.Error
	if errors.As(err, &request) {
		e.Call, e.Object, e.Cause = request.Request, request.Object, request.Reason()
	}
	var program *monitor.ProgramError
	if errors.As(err, &program) {
		e.Output = program.Output
	}
	return e
}

// explain adds what the plan tells of the object, and what to do about the error.
func (e *StepError) explain(p plan.Plan) {
	e.Host, e.Container = objectPaths(p, e.Step.Op, e.Object)
	e.Advice = adviceFor(e)
}

// Error is one line: the step, what failed on which object, the reason in words,
// and the configuration line.
func (e *StepError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s failed: ", e.Step.Name)
	if e.Call != "" {
		text.WriteString(e.Call)
		if e.Object != "" {
			fmt.Fprintf(&text, " %q", e.Object)
		}
		text.WriteString(": ")
	}
	text.WriteString(e.Cause.Error())
	if e.Filter != "" {
		fmt.Fprintf(&text, ", with the seccomp filter of %s in force", e.Filter)
	}
	if why := e.Step.Why(); why != "" {
		fmt.Fprintf(&text, " (%s)", why)
	}
	if e.Undo != nil {
		fmt.Fprintf(&text, "; then: %v", e.Undo)
	}
	return text.String()
}

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Cause }

// Errno returns the kernel's error behind the failure, 0 when there is none.
func (e *StepError) Errno() unix.Errno {
	var errno unix.Errno
	if errors.As(e.Cause, &errno) {
		return errno
	}
	return 0
}
