//go:build linux

package launch

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch/monitor"
)

// Report is a launch as it went, for `lxcfg start --report`.
type Report struct {
	plan    plan.Plan
	reached int // index of the step behind the last one that was recorded

	Steps      []StepReport
	Failed     *StepError
	Late       []*StepError   // hooks that failed when the container was gone
	Undone     []string       // steps taken back, the last first
	ExitStatus *int           // init's, when the launch succeeded
	Asked      *monitor.Asked // how asking a seccomp proxy went, nil without one
}

// StepReport is one step of it.
type StepReport struct {
	Name    string
	Outcome string // "done", "failed", "not reached"
	Took    time.Duration
	Output  string // the end of what a hook printed, empty for other steps
}

func newReport(p plan.Plan) Report {
	r := Report{plan: p, Steps: make([]StepReport, p.Len())}
	for i, s := range p.Steps() {
		r.Steps[i] = StepReport{Name: s.Name, Outcome: "not reached"}
	}
	return r
}

// step records a step that was carried out. The payload's steps before it have
// been as well: a plan runs in its order. That is so until init's end: hooks run
// behind it whatever came before.
func (r *Report) step(s plan.Step, err error, took time.Duration) {
	for i := r.reached; i < len(r.Steps); i++ {
		if r.Steps[i].Name != s.Name {
			if !isLate(s) {
				r.Steps[i].Outcome = "done"
			}
			continue
		}
		r.Steps[i].Outcome, r.Steps[i].Took = "done", took
		if err != nil {
			r.Steps[i].Outcome = "failed"
		}
		r.reached = i + 1
		return
	}
}

// output records what a hook has printed.
func (r *Report) output(s plan.Step, text string) {
	if text == "" {
		return
	}
	for i := range r.Steps {
		if r.Steps[i].Name == s.Name {
			r.Steps[i].Output = text
		}
	}
}

// running records that init runs.
func (r *Report) running() {
	for i, s := range r.plan.Steps() {
		if !isLate(s) {
			r.Steps[i].Outcome = "done"
		}
	}
}

// finish records how init ended.
func (r *Report) finish(status monitor.Status) {
	code := status.ExitStatus()
	r.ExitStatus = &code
}

// reportedStep, reportedFailure and reportedAsked are parts of the report as JSON.
type reportedStep struct {
	Name         string `json:"name"`
	Outcome      string `json:"outcome"`
	Microseconds int64  `json:"microseconds"`
	Output       string `json:"output,omitempty"`
}

type reportedFailure struct {
	Step      string        `json:"step"`
	Call      string        `json:"call,omitempty"`
	Object    string        `json:"object,omitempty"`
	Host      string        `json:"host_path,omitempty"`
	Container string        `json:"container_path,omitempty"`
	Errno     int           `json:"errno,omitempty"`
	Error     string        `json:"error"`
	Output    string        `json:"output,omitempty"`
	Advice    string        `json:"advice,omitempty"`
	Lines     []plan.Origin `json:"origins"`
}

type reportedAsked struct {
	Proxy      string `json:"proxy"`
	Calls      int    `json:"calls"`
	Unanswered int    `json:"unanswered"`
	Error      string `json:"error,omitempty"`
}

func reported(e *StepError) reportedFailure {
	return reportedFailure{Step: e.Step.Name, Call: e.Call, Object: e.Object, Host: e.Host, Container: e.Container, Errno: int(e.Errno()),
		Error: e.Cause.Error(), Output: e.Output, Advice: e.Advice, Lines: e.Step.Origins.Slice()}
}

// WriteJSON writes the report as one JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	digest, err := r.plan.Digest()
	if err != nil {
		return err
	}
	out := struct {
		Format     int               `json:"format"`
		Digest     string            `json:"digest"`
		Container  string            `json:"container"`
		Steps      []reportedStep    `json:"steps"`
		Failed     *reportedFailure  `json:"failed,omitempty"`
		Late       []reportedFailure `json:"failed_late,omitempty"`
		Undone     []string          `json:"undone"`
		ExitStatus *int              `json:"exit_status,omitempty"`
		Asked      *reportedAsked    `json:"seccomp_notify,omitempty"`
	}{Format: 1, Digest: digest, Container: r.plan.Container(), Undone: r.Undone, ExitStatus: r.ExitStatus}
	if r.Asked != nil {
		out.Asked = &reportedAsked{r.Asked.Proxy, r.Asked.Calls, r.Asked.Unanswered, ""}
		if r.Asked.Last != nil {
			out.Asked.Error = r.Asked.Last.Error()
		}
	}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, reportedStep{s.Name, s.Outcome, s.Took.Microseconds(), s.Output})
	}
	if r.Failed != nil {
		failed := reported(r.Failed)
		out.Failed = &failed
	}
	for _, e := range r.Late {
		out.Late = append(out.Late, reported(e))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
