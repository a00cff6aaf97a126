package plan

import "strings"

// Namespace is one of the kernel's namespaces under the name that
// /proc/PID/ns and lxc.namespace.* give it.
type Namespace string

// The namespaces, in LXC's order (namespace.c), which is the order to join them.
const (
	NamespaceUser   Namespace = "user"
	NamespaceMnt    Namespace = "mnt"
	NamespacePID    Namespace = "pid"
	NamespaceUTS    Namespace = "uts"
	NamespaceIPC    Namespace = "ipc"
	NamespaceNet    Namespace = "net"
	NamespaceCgroup Namespace = "cgroup"
	NamespaceTime   Namespace = "time"
)

var namespaceOrder = [...]Namespace{
	NamespaceUser, NamespaceMnt, NamespacePID, NamespaceUTS,
	NamespaceIPC, NamespaceNet, NamespaceCgroup, NamespaceTime,
}

// Namespaces returns every namespace the kernel has, in the order to join them.
func Namespaces() []Namespace { return append([]Namespace(nil), namespaceOrder[:]...) }

// NamespaceSet is a set of namespaces. It is written in JSON as the list of its
// members in kernel order.
type NamespaceSet struct{ members List[Namespace] }

// SetOf returns the set of the given namespaces, in kernel order, each once.
func SetOf(members ...Namespace) NamespaceSet {
	var ordered []Namespace
	for _, ns := range namespaceOrder {
		for _, m := range members {
			if m == ns {
				ordered = append(ordered, ns)
				break
			}
		}
	}
	return NamespaceSet{ListOf(ordered...)}
}

// Has reports whether the set holds the namespace.
func (s NamespaceSet) Has(ns Namespace) bool {
	for _, m := range s.members.All() {
		if m == ns {
			return true
		}
	}
	return false
}

// Members returns the namespaces of the set in kernel order.
func (s NamespaceSet) Members() []Namespace { return s.members.Slice() }

// Len returns the number of namespaces in the set.
func (s NamespaceSet) Len() int { return s.members.Len() }

// String lists the members, separated by blanks.
func (s NamespaceSet) String() string {
	words := make([]string, 0, s.members.Len())
	for _, m := range s.members.All() {
		words = append(words, string(m))
	}
	return strings.Join(words, " ")
}

// MarshalJSON writes the members as a list.
func (s NamespaceSet) MarshalJSON() ([]byte, error) { return s.members.MarshalJSON() }

// UnmarshalJSON reads a list of members.
func (s *NamespaceSet) UnmarshalJSON(data []byte) error { return s.members.UnmarshalJSON(data) }

// IsZero reports whether the set is empty, for json's omitzero.
func (s NamespaceSet) IsZero() bool { return s.members.Len() == 0 }
