package plan

import (
	"fmt"
	"slices"
	"strings"
)

// IDMap is one range of ids of a user namespace (user_namespaces(7)).
type IDMap struct {
	Container uint32 `json:"container"` // first id inside
	Host      uint32 `json:"host"`      // first id outside
	Range     uint32 `json:"range"`     // how many
}

// HostID is the host's id of one in the namespace, ok false when it is not mapped.
func HostID(maps []IDMap, id uint32) (host uint32, ok bool) {
	for _, m := range maps {
		if id >= m.Container && id-m.Container < m.Range {
			return m.Host + (id - m.Container), true
		}
	}
	return 0, false
}

// MapsHostID reports whether an id of the host is one of the namespace's.
func MapsHostID(maps []IDMap, host uint32) bool {
	for _, m := range maps {
		if host >= m.Host && host-m.Host < m.Range {
			return true
		}
	}
	return false
}

// IDMapMethod is the way the maps reach the kernel.
type IDMapMethod string

// The methods.
const (
	IDMapDirect IDMapMethod = "direct"    // the monitor writes uid_map and gid_map
	IDMapHelper IDMapMethod = "newuidmap" // newuidmap(1) and newgidmap(1) write them
)

// IDMapWrite gives the payload's user namespace its ids.
type IDMapWrite struct {
	UIDs          List[IDMap] `json:"uids"`
	GIDs          List[IDMap] `json:"gids"`
	Method        IDMapMethod `json:"method"`
	DenySetgroups bool        `json:"deny_setgroups,omitempty"` // user_namespaces(7): needed before an unprivileged gid_map
}

func (IDMapWrite) Kind() Kind     { return "id-map" }
func (IDMapWrite) Object() string { return "user" }
func (o IDMapWrite) Describe() string {
	return fmt.Sprintf("map ids (%s): uid %s; gid %s", o.Method, describeIDMaps(o.UIDs), describeIDMaps(o.GIDs))
}
func (o IDMapWrite) Row() Row {
	row := Row{"map ids", "uid " + describeIDMaps(o.UIDs), []string{"gid " + describeIDMaps(o.GIDs)}}
	if o.Method == IDMapHelper {
		row.Details = append(row.Details, "by newuidmap and newgidmap")
	}
	if o.DenySetgroups {
		row.Details = append(row.Details, "setgroups denied")
	}
	return row
}
func (o IDMapWrite) Summary() (Topic, string) {
	uids, gids := describeIDMaps(o.UIDs), describeIDMaps(o.GIDs)
	if uids == gids {
		return TopicIDs, "uid and gid " + uids
	}
	return TopicIDs, "uid " + uids + ", gid " + gids
}
func (o IDMapWrite) Requires() []Requirement {
	if o.Method != IDMapHelper {
		return nil
	}
	return []Requirement{{Need: NeedProgram, Object: "newuidmap"}, {Need: NeedProgram, Object: "newgidmap"}}
}
func (o IDMapWrite) Changes(before Op, _ bool) []string {
	was := before.(IDMapWrite)
	if isNew(was, o) {
		return nil
	}
	words := slices.Concat(nowWas("the uid map", describeIDMaps(was.UIDs), describeIDMaps(o.UIDs), "empty"),
		nowWas("the gid map", describeIDMaps(was.GIDs), describeIDMaps(o.GIDs), "empty"),
		nowWas("the way the maps are written", string(was.Method), string(o.Method), "none"))
	if was.DenySetgroups != o.DenySetgroups {
		words = append(words, fmt.Sprintf("setgroups is denied: %v", o.DenySetgroups))
	}
	return words
}

func describeIDMaps(maps List[IDMap]) string {
	words := make([]string, 0, maps.Len())
	for _, m := range maps.All() {
		words = append(words, fmt.Sprintf("%d-%d → host %d-%d",
			m.Container, uint64(m.Container)+uint64(m.Range)-1, m.Host, uint64(m.Host)+uint64(m.Range)-1))
	}
	return strings.Join(words, ", ")
}

// ParentDeath has the kernel signal the payload when the monitor dies
// (PR_SET_PDEATHSIG, prctl(2)), so that no container outlives its monitor.
type ParentDeath struct {
	Signal uint32 `json:"signal"`
}

func (ParentDeath) Kind() Kind     { return "parent-death" }
func (ParentDeath) Object() string { return "signal" }
func (o ParentDeath) Describe() string {
	return fmt.Sprintf("receive signal %d when the monitor dies", o.Signal)
}

// UserEnter takes on ids of the new user namespace, its root where one is mapped.
type UserEnter struct {
	UID uint32 `json:"uid"`
	GID uint32 `json:"gid"`
	// ClearGroups drops the supplementary groups, which the map does not hold.
	ClearGroups bool `json:"clear_groups,omitempty"`
}

func (UserEnter) Kind() Kind     { return "user-enter" }
func (UserEnter) Object() string { return "user" }
func (o UserEnter) Describe() string {
	return fmt.Sprintf("become uid %d gid %d of the user namespace", o.UID, o.GID)
}

// Hostname sets the host name of the UTS namespace (sethostname(2)).
type Hostname struct {
	Name string `json:"name"`
}

func (Hostname) Kind() Kind         { return "hostname" }
func (Hostname) Object() string     { return "uts" }
func (o Hostname) Describe() string { return fmt.Sprintf("set the host name to %q", o.Name) }
func (o Hostname) Changes(before Op, _ bool) []string {
	return nowWas("the host name", before.(Hostname).Name, o.Name, "the host's")
}

// Keyring joins a new session keyring (keyrings(7)), so that the container does
// not see its starter's keys. Kernels and policies without keyrings are let pass.
type Keyring struct {
	Context string `json:"context,omitempty"` // SELinux context of the keyring, empty for that of its maker
}

func (Keyring) Kind() Kind     { return "keyring" }
func (Keyring) Object() string { return "session" }
func (o Keyring) Describe() string {
	if o.Context != "" {
		return fmt.Sprintf("join a new session keyring with the SELinux context %q", o.Context)
	}
	return "join a new session keyring"
}
func (o Keyring) Row() Row {
	row := Row{Verb: "join", Subject: "a new session keyring"}
	if o.Context != "" {
		row.Details = []string{"SELinux context " + o.Context}
	}
	return row
}

// Personality chooses the execution domain (personality(2)).
type Personality struct {
	Persona uint32 `json:"persona"` // PER_LINUX 0 or PER_LINUX32 8
}

func (Personality) Kind() Kind     { return "personality" }
func (Personality) Object() string { return "arch" }
func (o Personality) Describe() string {
	if o.Persona == 8 {
		return "report a 32-bit machine (personality PER_LINUX32)"
	}
	return "report the native machine (personality PER_LINUX)"
}

// Sysctl writes a file below the container's /proc/sys (sysctl(8)).
type Sysctl struct {
	Name  string `json:"name"` // with slashes, "net/ipv4/ip_forward"
	Value string `json:"value"`
}

func (Sysctl) Kind() Kind         { return "sysctl" }
func (o Sysctl) Object() string   { return o.Name }
func (o Sysctl) Describe() string { return fmt.Sprintf("set sysctl %s to %q", o.Name, o.Value) }
func (o Sysctl) Requires() []Requirement {
	return []Requirement{{Need: NeedSysctl, Object: o.Name}}
}
func (o Sysctl) Changes(before Op, _ bool) []string {
	if isNew(before, o) {
		return nil
	}
	return nowWas("sysctl "+o.Name, before.(Sysctl).Value, o.Value, "empty")
}

// Stdio makes the console init's standard input, output and error.
type Stdio struct {
	// Terminals replaces only those that are terminals: a command whose output goes
	// to a file or a pipe keeps it.
	Terminals bool `json:"terminals,omitempty"`
}

func (Stdio) Kind() Kind     { return "stdio" }
func (Stdio) Object() string { return "console" }
func (o Stdio) Describe() string {
	if o.Terminals {
		return "use the console for those of standard input, output and error that are terminals"
	}
	return "use the console as standard input, output and error"
}

// Session makes the payload a session leader (setsid(2)).
type Session struct{}

func (Session) Kind() Kind       { return "session" }
func (Session) Object() string   { return "init" }
func (Session) Describe() string { return "start a new session" }

// WorkDir changes the working directory (chdir(2)).
type WorkDir struct {
	Path   string `json:"path"`
	Create bool   `json:"create,omitempty"` // make it, mode 0755, when it is missing
}

func (WorkDir) Kind() Kind         { return "work-dir" }
func (o WorkDir) Object() string   { return o.Path }
func (o WorkDir) Describe() string { return "change directory to " + o.Path }
func (o WorkDir) Changes(before Op, _ bool) []string {
	return nowWas("the directory init starts in", before.(WorkDir).Path, o.Path, "/")
}

// Identity takes on init's ids (setgroups(2), setresgid(2), setresuid(2)).
type Identity struct {
	UID       uint32       `json:"uid"`
	GID       uint32       `json:"gid"`
	SetGroups bool         `json:"set_groups,omitempty"` // replace the supplementary groups by Groups
	Groups    List[uint32] `json:"groups,omitzero"`
}

func (Identity) Kind() Kind     { return "identity" }
func (Identity) Object() string { return "init" }
func (o Identity) Describe() string {
	text := fmt.Sprintf("become uid %d gid %d", o.UID, o.GID)
	switch {
	case !o.SetGroups:
		return text
	case o.Groups.Len() == 0:
		return text + " with no supplementary groups"
	}
	return fmt.Sprintf("%s with supplementary groups %v", text, o.Groups.items)
}
func (o Identity) Changes(before Op, _ bool) []string {
	was := before.(Identity)
	if isNew(was, o) {
		return nil
	}
	return nowWas("who init runs as", strings.TrimPrefix(was.Describe(), "become "), strings.TrimPrefix(o.Describe(), "become "), "root")
}
func (o Identity) Summary() (Topic, string) {
	return TopicUser, strings.TrimPrefix(o.Describe(), "become ")
}
