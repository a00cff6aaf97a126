package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Secretive op holds values that may be secret, such as variables of the
// environment. Its description shows none of them.
type Secretive interface {
	Op
	// Masked returns the op with Mask in the place of each such value.
	Masked() Op
}

// Mask stands where a value was that may be secret.
const Mask = "***"

// Masked returns the plan as it may be shown to anybody, and how many of its values
// that leaves out. With none it is the plan itself. A plan with masked values cannot
// be launched: its JSON says so and has a digest of its own, which tells nothing of
// the values.
func (p Plan) Masked() (masked Plan, values int) {
	settings, inSettings := maskedSettings(p.settings)
	steps := make([]Step, 0, p.Len())
	for _, s := range p.Steps() {
		values += len(secretsOf(s.Op))
		s.Op = masking(s.Op)
		steps = append(steps, s)
	}
	values = max(values, inSettings) // most stand in both
	if values == 0 {
		return p, 0
	}
	p.steps, p.settings, p.masked = List[Step]{steps}, settings, true
	return p, values
}

// maskedSettings masks what may be secret in settings, and counts it.
func maskedSettings(settings List[Setting]) (masked List[Setting], values int) {
	list := settings.Slice()
	for i, s := range list {
		switch {
		case strings.HasPrefix(s.Key, "lxc.environment"):
			list[i].Value = maskVariables(ListOf(s.Value)).At(0)
		case strings.HasPrefix(s.Key, "lxc.mount") || strings.HasPrefix(s.Key, "lxc.rootfs"):
			for word := range strings.FieldsSeq(s.Value) {
				masked := strings.Join(maskOptions(ListOf(strings.Split(word, ",")...)).Slice(), ",")
				list[i].Value = strings.Replace(list[i].Value, word, masked, 1)
			}
		case s.Key == "lxc.seccomp.notify.cookie":
			list[i].Value = Mask
		}
		if list[i].Value != s.Value {
			values++
		}
	}
	return ListOf(list...), values
}

// masking is an op as it may be shown to anybody.
func masking(op Op) Op {
	if s, is := op.(Secretive); is {
		return s.Masked()
	}
	return op
}

// secretsOf lists the places of an op's values that may be secret, as JSON pointers
// into its JSON form (RFC 6901): "/env/0".
func secretsOf(op Op) []string {
	if _, is := op.(Secretive); !is {
		return nil
	}
	masked := masking(op)
	if reflect.DeepEqual(op, masked) {
		return nil
	}
	var secrets []string
	collectMasked(treeOf(op), treeOf(masked), "", &secrets)
	return secrets
}

// treeOf is an op's JSON, taken apart. An op that cannot be written fails where the
// plan is.
func treeOf(op Op) (tree any) {
	data, err := json.Marshal(op)
	if err == nil {
		err = json.Unmarshal(data, &tree)
	}
	if err != nil {
		return nil
	}
	return tree
}

// collectMasked finds where two trees of the same shape differ.
func collectMasked(a, b any, at string, found *[]string) {
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for name := range a {
			collectMasked(a[name], b[name], at+"/"+name, found)
		}
		if at == "" {
			slices.Sort(*found)
		}
	case []any:
		b, _ := b.([]any)
		for i := range min(len(a), len(b)) {
			collectMasked(a[i], b[i], fmt.Sprintf("%s/%d", at, i), found)
		}
	default:
		if a != b {
			*found = append(*found, at)
		}
	}
}

// publicVariables are variables of the environment whose values are no secret
// anywhere; a star stands for the rest of a name.
var publicVariables = [...]string{
	"container", "container_ttys", "HOME", "LANG", "LANGUAGE", "LC_*", "LOGNAME", "LXC_*", "PATH", "SHELL", "TERM", "TZ", "USER",
}

// maskVariables masks the values of NAME=VALUE, but for public names and for
// empty values.
func maskVariables(env List[string]) List[string] { return maskAssignments(env, isPublicVariable) }

func isPublicVariable(name string) bool {
	for _, public := range publicVariables {
		if prefix, isPrefix := strings.CutSuffix(public, "*"); isPrefix && strings.HasPrefix(name, prefix) || name == public {
			return true
		}
	}
	return false
}

// secretOptions are the options of file systems whose values are secrets:
// mount.cifs(8), mount.ceph(8).
var secretOptions = [...]string{"pass", "passwd", "password", "password2", "secret"}

// maskOptions masks the secrets among the options of a file system.
func maskOptions(data List[string]) List[string] {
	return maskAssignments(data, func(name string) bool { return !slices.Contains(secretOptions[:], name) })
}

// maskAssignments masks the values behind "=", but for names that are public.
func maskAssignments(list List[string], public func(name string) bool) List[string] {
	masked := list.Slice()
	for i, item := range masked {
		if name, value, ok := strings.Cut(item, "="); ok && value != "" && !public(name) {
			masked[i] = name + "=" + Mask
		}
	}
	return ListOf(masked...)
}
