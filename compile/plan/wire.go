package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// Format is the number of the plan format. A plan of another format is refused:
// a plan half understood is no plan.
const Format = 1

// Version is the version of lxcfg, written into plans and reports.
const Version = "0.1.0"

// wirePlan is a plan as JSON, in the order the fields are written.
type wirePlan struct {
	Format     int           `json:"format"`
	Masked     bool          `json:"masked,omitempty"`      // secret values are left out: no plan to launch
	Lxcfg      string        `json:"lxcfg"`                 // version of the lxcfg that made it
	Digest     string        `json:"digest"`                // hash of the compact form of all but this field
	Container  string        `json:"container"`             // name of the container
	LXCPath    string        `json:"lxcpath"`               // directory of the container's directory
	ConfigFile string        `json:"config_file,omitempty"` // its configuration file, as its hooks are told
	Sources    List[Source]  `json:"sources"`               // files it was compiled from, in the order they were read
	Settings   List[Setting] `json:"settings,omitzero"`     // what its monitor tells of its configuration
	Facts      Facts         `json:"facts"`                 // what it assumes of the host
	Steps      []wireStep    `json:"steps"`                 // in the order they run
}

// wireStep is a step as JSON. Phase, side and describe repeat what place and op
// say already, for readers that do not know the tables; reading checks them.
type wireStep struct {
	Name     string          `json:"name"`              // unique in the plan, kind and object
	Phase    Phase           `json:"phase"`             // stretch of the launch it belongs to
	Side     Side            `json:"side"`              // process that carries it out
	Place    Place           `json:"place"`             // where in the order of all launches it stands
	Kind     Kind            `json:"kind"`              // what op holds
	Describe string          `json:"describe"`          // what it does, in one line, without secrets
	Origins  List[Origin]    `json:"origins"`           // configuration lines that asked for it
	Because  string          `json:"because,omitempty"` // why it is there without a line, or besides
	Secrets  List[string]    `json:"secrets,omitzero"`  // JSON pointers into op, to values that may be secret
	Op       json.RawMessage `json:"op"`
}

// JSON returns the plan in its canonical form: the same plan gives the same
// bytes on every machine.
func (p Plan) JSON() ([]byte, error) {
	wire, err := p.wire()
	if err != nil {
		return nil, err
	}
	if wire.Digest, err = wire.digest(); err != nil {
		return nil, err
	}
	data, err := indented(wire)
	if err == nil && losesBytes(data) {
		return nil, ErrNotText
	}
	return data, err
}

// ErrNotText is the error of a plan that can be launched but not stored.
var ErrNotText = errors.New("a path or value of the plan is not UTF-8, and JSON holds nothing else: the configuration can be started, and its plan cannot be stored")

// losesBytes reports whether package json has put U+FFFD, which it then escapes, in the
// place of bytes that are no UTF-8.
func losesBytes(data []byte) bool {
	for {
		before, after, found := bytes.Cut(data, []byte(`\ufffd`))
		if !found {
			return false
		}
		if escapes := len(before) - len(bytes.TrimRight(before, `\`)); escapes%2 == 0 {
			return true
		}
		data = after
	}
}

// indented writes a file of this package.
func indented(wire any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(wire); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return out.Bytes(), nil
}

// Digest returns "sha256:" and the hash of the plan's canonical form.
func (p Plan) Digest() (string, error) {
	wire, err := p.wire()
	if err != nil {
		return "", err
	}
	return wire.digest()
}

func (p Plan) wire() (wirePlan, error) {
	if p.draft {
		return wirePlan{}, p.Launchable()
	}
	wire := wirePlan{
		Format:     Format,
		Masked:     p.masked,
		Lxcfg:      Version,
		Container:  p.container,
		LXCPath:    p.lxcPath,
		ConfigFile: p.configFile,
		Sources:    p.sources,
		Settings:   p.settings,
		Facts:      p.facts,
		Steps:      make([]wireStep, 0, p.Len()),
	}
	for _, s := range p.Steps() {
		op, err := json.Marshal(s.Op)
		if err != nil {
			return wirePlan{}, fmt.Errorf("write step %q: %w", s.Name, err)
		}
		wire.Steps = append(wire.Steps, wireStep{
			Name: s.Name, Phase: s.Phase(), Side: s.Side(), Place: s.Place, Kind: s.Op.Kind(),
			Describe: s.Op.Describe(), Origins: s.Origins, Because: s.Because,
			Secrets: ListOf(secretsOf(s.Op)...), Op: op,
		})
	}
	return wire, nil
}

// digest hashes the compact form of the plan without its digest.
func (w wirePlan) digest() (string, error) {
	w.Digest = ""
	compact, err := json.Marshal(w)
	if err != nil {
		return "", fmt.Errorf("write plan: %w", err)
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(compact)), nil
}

// Read reads a plan file. It refuses, each in a sentence, what is not JSON, a
// plan of another format, an unknown field, a plan with masked values, and one that was altered.
func Read(data []byte) (Plan, error) {
	if err := checkHead(data, "plan file", "lxcfg plan -o"); err != nil {
		return Plan{}, err
	}
	var wire wirePlan
	if err := decodeStrict(data, &wire); err != nil {
		if shape := checkShape(data, reflect.TypeFor[wirePlan]()); shape != nil {
			err = shape // it says where
		}
		return Plan{}, fmt.Errorf("the plan file is damaged: %w", err)
	}
	if wire.Masked {
		return Plan{}, errors.New("the plan was printed with its secret values left out: it is to be read, not launched; store one with `lxcfg plan -o`")
	}
	want, err := wire.digest()
	if err != nil {
		return Plan{}, err
	}
	if wire.Digest != want {
		return Plan{}, fmt.Errorf("the plan was altered after it was made: it says %s and hashes to %s; make it again with `lxcfg plan -o`",
			wire.Digest, want)
	}
	p, err := wire.plan()
	if err != nil {
		return Plan{}, err
	}
	// A byte that JSON does not care about may not change either: then "the file
	// is as it was reviewed" needs no knowledge of JSON.
	canonical, err := p.JSON()
	if err != nil {
		return Plan{}, err
	}
	if !bytes.Equal(canonical, data) {
		return Plan{}, errors.New("the plan was altered after it was made: its layout is not the one lxcfg writes; make it again with `lxcfg plan -o`")
	}
	return p, nil
}

// plan turns what was read into a Plan and checks that it is one.
func (w wirePlan) plan() (Plan, error) {
	p := Plan{container: w.Container, lxcPath: w.LXCPath, configFile: w.ConfigFile, sources: w.Sources, settings: w.Settings, facts: w.Facts}
	steps := make([]Step, 0, len(w.Steps))
	for _, ws := range w.Steps {
		row, ok := lookupKind(ws.Kind)
		if !ok {
			return Plan{}, fmt.Errorf("step %q is of unknown kind %q", ws.Name, ws.Kind)
		}
		op, err := row.decode(ws.Op)
		if err != nil {
			return Plan{}, fmt.Errorf("step %q: %w", ws.Name, err)
		}
		s := Step{Name: ws.Name, Place: ws.Place, Origins: ws.Origins, Because: ws.Because, Op: op}
		if s.Phase() != ws.Phase || s.Side() != ws.Side || op.Describe() != ws.Describe {
			return Plan{}, fmt.Errorf("step %q contradicts itself: its phase, side or description is not that of its op", ws.Name)
		}
		steps = append(steps, s)
	}
	p.steps = List[Step]{steps}
	return p, p.check()
}

// decodeStrict reads one JSON value, refusing unknown fields and anything after it.
func decodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text after the end of the value")
	}
	return nil
}
