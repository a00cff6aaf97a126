package plan

import "fmt"

// Builder collects steps in any order and seals them into a Plan.
type Builder struct {
	Container  string // name of the container
	LXCPath    string // directory that holds it
	ConfigFile string // its configuration, as hooks are told; empty for none
	Facts      Facts  // what the steps were compiled against
	sources    []Source
	steps      []Step
}

// AddSource records a file that the steps come from.
func (b *Builder) AddSource(s Source) { b.sources = append(b.sources, s) }

// Add appends a step at a place. A step without an origin has to say why it is
// there.
func (b *Builder) Add(at Place, op Op, because string, origins ...Origin) {
	b.steps = append(b.steps, Step{
		Name:    string(op.Kind()) + ":" + op.Object(),
		Place:   at,
		Origins: ListOf(origins...),
		Because: because,
		Op:      op,
	})
}

// Build puts the steps in order, gives each a unique name and seals the plan. An
// error is a bug of the compiler, not of the configuration: a step nobody can
// explain, a place or a kind the tables do not know, an op on the wrong side.
func (b *Builder) Build() (Plan, error) {
	p := b.draft()
	return p, p.check()
}

// Draft returns what there is so far as a plan that may lack steps: to be looked at,
// never to be launched.
func (b *Builder) Draft() Plan {
	p := b.draft()
	p.draft = true
	return p
}

func (b *Builder) draft() Plan {
	steps := inOrder(b.steps)
	seen := make(map[string]int, len(steps))
	for i := range steps {
		s := &steps[i]
		seen[s.Name]++
		if n := seen[s.Name]; n > 1 {
			s.Name = fmt.Sprintf("%s#%d", s.Name, n)
		}
	}
	return Plan{
		container:  b.Container,
		lxcPath:    b.LXCPath,
		configFile: b.ConfigFile,
		sources:    ListOf(b.sources...),
		facts:      b.Facts,
		steps:      List[Step]{steps},
	}
}

// inOrder sorts steps by their places; those of one place stay as they came.
func inOrder(steps []Step) []Step {
	ranks := make([]int, len(steps))
	var next [len(places) + 2]int // where the next step of a place goes; the first place is for those nobody knows
	for i, s := range steps {
		ranks[i] = s.Place.rank() + 1
		next[ranks[i]+1]++
	}
	for rank := 1; rank < len(next); rank++ {
		next[rank] += next[rank-1]
	}
	ordered := make([]Step, len(steps))
	for i, s := range steps {
		ordered[next[ranks[i]]] = s
		next[ranks[i]]++
	}
	return ordered
}

// check holds what every plan has to fulfil, built or read.
func (p Plan) check() error {
	names := make(map[string]bool, p.Len())
	last := -1
	for i, s := range p.Steps() {
		if s.Op == nil {
			return fmt.Errorf("step %d has no op", i)
		}
		row, ok := lookupKind(s.Op.Kind())
		switch rank := s.Place.rank(); {
		case !ok:
			return fmt.Errorf("step %q is of unknown kind %q", s.Name, s.Op.Kind())
		case !row.is(s.Op):
			return fmt.Errorf("the op of step %q is no value of its kind's type but a %T", s.Name, s.Op)
		case rank < 0:
			return fmt.Errorf("step %q stands at unknown place %q", s.Name, s.Place)
		case rank < last:
			return fmt.Errorf("step %q stands after a step that comes later in a launch", s.Name)
		case row.side != s.Side():
			return fmt.Errorf("step %q is for the %s but stands in phase %q of the %s", s.Name, row.side, s.Phase(), s.Side())
		case names[s.Name]:
			return fmt.Errorf("two steps are named %q", s.Name)
		case s.Origins.Len() == 0 && s.Because == "":
			return fmt.Errorf("step %q has neither an origin nor a reason", s.Name)
		default:
			last = rank
		}
		names[s.Name] = true
	}
	return nil
}
