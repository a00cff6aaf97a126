//go:build linux

package attach

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
)

// namespaces are those to join: of what is asked for, what the caller is not in.
func (j *joining) namespaces() plan.NamespaceSet {
	if j.request.Namespaces.Len() == 0 {
		return j.container.others
	}
	return having(j.request.Namespaces, j.container.others.Has)
}

// having are the namespaces of a set for which something holds.
func having(set plan.NamespaceSet, holds func(plan.Namespace) bool) plan.NamespaceSet {
	var some []plan.Namespace
	for _, ns := range set.Members() {
		if holds(ns) {
			some = append(some, ns)
		}
	}
	return plan.SetOf(some...)
}

// joinsBefore tells whether a namespace is joined by who makes the child: the pid
// namespace, which takes in none but children, and by an ordinary user the user
// namespace, without which he has no right to join any. Root has rights in all, and keeps
// them until he joins the user namespace, with which those may end that others share.
func joinsBefore(ns plan.Namespace) bool {
	return ns == plan.NamespacePID || ns == plan.NamespaceUser && os.Geteuid() != 0
}

func joinsAfter(ns plan.Namespace) bool { return !joinsBefore(ns) }

// attachment is what the child does.
func (j *joining) attachment() (payload.Attachment, error) {
	r, c := &j.request, j.container
	inside := j.joined.Has(plan.NamespaceMnt)
	a := payload.Attachment{Tasks: len(j.cgroups.tasks), Join: having(j.joined, joinsAfter), Remount: r.Remount && !inside, Directory: r.Directory}
	denied := deniesGroups("/proc/self/setgroups")
	if j.joined.Has(plan.NamespaceUser) {
		a.Become, a.Root, a.Identity = true, c.own, c.own
		denied = c.denied
	}
	a.Identity.SetGroups = !denied
	if r.UID != nil {
		a.Identity.UID = *r.UID
	}
	if r.GID != nil {
		a.Identity.GID = *r.GID
	}
	if err := j.confine(&a, inside); err != nil {
		return a, err
	}
	env := r.Environment.of(os.Environ(), r.Settings.Environment)
	argv, paths := r.Command, []string(nil)
	if len(argv) > 0 {
		paths = pathsOf(argv[0], env)
	} else {
		paths = []string{c.shell(a.Identity.UID, inside)}
		argv = paths
	}
	a.Exec = plan.Exec{Paths: plan.ListOf(paths...), Argv: plan.ListOf(argv...), Env: plan.ListOf(env...)}
	return a, nil
}

// confine says what holds the command. The policy is about the container's files as well,
// as LXC sees it: without these it is not loaded.
func (j *joining) confine(a *payload.Attachment, inside bool) error {
	r := &j.request
	if p := r.Settings.Personality; p != nil {
		a.Confine = append(a.Confine, *p)
	}
	if drop := j.container.lacking(); !r.KeepCapabilities && drop.Capabilities.Len() > 0 {
		a.Confine = append(a.Confine, drop)
	}
	label, err := j.label()
	if err != nil {
		return err
	}
	if label.Label != "" {
		a.LSM, a.Confine = label.LSM, append(a.Confine, label)
	}
	if inside && !r.KeepLabel {
		a.Filter = r.Settings.Filter
	}
	// Behind the label: the kernel would refuse to change to another profile.
	if r.Settings.NoNewPrivs {
		a.Confine = append(a.Confine, plan.NoNewPrivs{})
	}
	return nil
}

// lacking are the capabilities that init cannot have, of those that the caller could hand on.
func (c *Container) lacking() plan.CapabilityDrop {
	var drop []plan.Capability
	for n := uint32(0); n < 64; n++ {
		has, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(n), 0, 0, 0)
		if err != nil {
			break // the kernel knows no more
		}
		if has == 1 && c.bounding>>n&1 == 0 {
			drop = append(drop, plan.Capability{Name: fmt.Sprintf("capability %d", n), Number: n})
		}
	}
	return plan.CapabilityDrop{Capabilities: plan.ListOf(drop...)}
}

// label is the one that the command runs under: the one that is asked for, else init's.
func (j *joining) label() (label plan.Label, err error) {
	label = plan.Label{LSM: j.request.LSM, Label: j.request.Label}
	if label.LSM != "" && label.Label == "" && !j.request.KeepLabel {
		label.Label, err = j.container.label(label.LSM)
	}
	return label, err
}

// shell is the one that a user has.
func (c *Container) shell(uid uint32, inside bool) string {
	if inside {
		return shellOf(c.root, uid)
	}
	own, err := os.Open("/")
	if err != nil {
		return defaultShell
	}
	defer own.Close()
	return shellOf(own, uid)
}
