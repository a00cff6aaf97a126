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
	Undone     []string // steps taken back, the last first
	ExitStatus *int     // init's, when the launch succeeded
}

// StepReport is one step of it.
type StepReport struct {
	Name    string
	Outcome string // "done", "failed", "not reached"
	Took    time.Duration
}

func newReport(p plan.Plan) Report {
	r := Report{plan: p, Steps: make([]StepReport, p.Len())}
	for i, s := range p.Steps() {
		r.Steps[i] = StepReport{Name: s.Name, Outcome: "not reached"}
	}
	return r
}

// step records a step that was carried out. The payload's steps before it have
// been as well: a plan runs in its order.
func (r *Report) step(s plan.Step, err error, took time.Duration) {
	for i := r.reached; i < len(r.Steps); i++ {
		r.Steps[i].Outcome = "done"
		if r.Steps[i].Name != s.Name {
			continue
		}
		r.Steps[i].Took = took
		if err != nil {
			r.Steps[i].Outcome = "failed"
		}
		r.reached = i + 1
		return
	}
}

// finish records that init has run and how it ended.
func (r *Report) finish(status monitor.Status) {
	for i := range r.Steps {
		r.Steps[i].Outcome = "done"
	}
	code := status.ExitStatus()
	r.ExitStatus = &code
}

func (r *Report) fail(e *StepError) { r.Failed = e }

// WriteJSON writes the report as one JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	type step struct {
		Name         string `json:"name"`
		Outcome      string `json:"outcome"`
		Microseconds int64  `json:"microseconds"`
	}
	type failure struct {
		Step   string        `json:"step"`
		Call   string        `json:"call,omitempty"`
		Object string        `json:"object,omitempty"`
		Errno  int           `json:"errno,omitempty"`
		Error  string        `json:"error"`
		Lines  []plan.Origin `json:"origins"`
	}
	digest, err := r.plan.Digest()
	if err != nil {
		return err
	}
	out := struct {
		Format     int      `json:"format"`
		Digest     string   `json:"digest"`
		Container  string   `json:"container"`
		Steps      []step   `json:"steps"`
		Failed     *failure `json:"failed,omitempty"`
		Undone     []string `json:"undone"`
		ExitStatus *int     `json:"exit_status,omitempty"`
	}{Format: 1, Digest: digest, Container: r.plan.Container(), Undone: r.Undone, ExitStatus: r.ExitStatus}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, step{s.Name, s.Outcome, s.Took.Microseconds()})
	}
	if e := r.Failed; e != nil {
		out.Failed = &failure{Step: e.Step.Name, Call: e.Call, Object: e.Object, Errno: int(e.Errno()),
			Error: e.Cause.Error(), Lines: e.Step.Origins.Slice()}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
