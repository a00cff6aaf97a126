package plan

import "reflect"

// StepChange is what became of a step from one plan to another.
type StepChange struct {
	Name   string
	Before *Step // nil for a step that was added
	After  *Step // nil for one that was removed
}

// Compare lists the steps that differ, in the order they run: those of the first
// plan, and each that only the second has before the step it runs before. Where a
// step comes from is no difference, only what it does and when.
func Compare(a, b Plan) []StepChange {
	before, after := byName(a), byName(b)
	var changes []StepChange
	next := 0 // of the second plan
	added := func(until string) {
		for next < b.Len() {
			s := b.At(next)
			if s.Name == until {
				return
			}
			if _, common := before[s.Name]; !common {
				changes = append(changes, StepChange{Name: s.Name, After: &s})
			}
			next++
		}
	}
	for _, s := range a.Steps() {
		now, stays := after[s.Name]
		if !stays {
			changes = append(changes, StepChange{Name: s.Name, Before: &s})
			continue
		}
		added(s.Name)
		if s.Place != now.Place || !reflect.DeepEqual(s.Op, now.Op) {
			changes = append(changes, StepChange{Name: s.Name, Before: &s, After: &now})
		}
	}
	added("")
	return changes
}

func byName(p Plan) map[string]Step {
	steps := make(map[string]Step, p.Len())
	for _, s := range p.Steps() {
		steps[s.Name] = s
	}
	return steps
}
