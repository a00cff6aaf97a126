package plan

// Op is what a step does, as data. An op says what is wanted with everything
// resolved: no condition, no name left to look up, no path relative to a
// process. What only the launch can know (the number of a pty, the suffix of a
// cgroup name that was taken) is named by the op and filled in by the launch.
//
// The set of ops is closed: each is a row of the table in kinds.go.
type Op interface {
	// Kind is the stable word of the op in the plan format.
	Kind() Kind
	// Object names what the op acts on, as it appears in the step's name.
	Object() string
	// Describe is one line for people, in the words of the man pages.
	Describe() string
}

// Kind is the stable word of an op in the plan format.
type Kind string
