package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Capability is a capability by name, "CAP_SYS_ADMIN", and number (capabilities(7)).
type Capability struct {
	Name   string `json:"name"`
	Number uint32 `json:"number"`
}

// words is the capability as configurations write it: "sys_admin".
func (c Capability) words() string {
	return strings.ToLower(strings.TrimPrefix(c.Name, "CAP_"))
}

// CapabilityDrop takes capabilities out of the bounding set (PR_CAPBSET_DROP,
// prctl(2)): neither init nor anything it executes can gain them again.
type CapabilityDrop struct {
	Capabilities List[Capability] `json:"capabilities"`
}

func (CapabilityDrop) Kind() Kind     { return "capability-drop" }
func (CapabilityDrop) Object() string { return "bounding" }
func (o CapabilityDrop) Describe() string {
	names := make([]string, 0, o.Capabilities.Len())
	for _, c := range o.Capabilities.items {
		names = append(names, c.Name)
	}
	return "drop from the bounding set " + strings.Join(names, " ")
}
func (o CapabilityDrop) Row() Row {
	row := Row{Verb: "drop", Subject: fmt.Sprintf("%d capabilities", o.Capabilities.Len())}
	for _, c := range o.Capabilities.items {
		row.Details = append(row.Details, c.words())
	}
	return row
}
func (o CapabilityDrop) Changes(before Op, _ bool) []string {
	was := before.(CapabilityDrop).Capabilities
	var words []string
	for _, c := range was.items {
		if !slices.Contains(o.Capabilities.items, c) {
			words = append(words, fmt.Sprintf("the container can %s: %s is no longer dropped", c.power(), c.words()))
		}
	}
	for _, c := range o.Capabilities.items {
		if !slices.Contains(was.items, c) {
			words = append(words, fmt.Sprintf("the container can no longer %s: %s is dropped", c.power(), c.words()))
		}
	}
	if len(words) == 0 {
		return []string{"capabilities are dropped in another order, which is all the same"}
	}
	return words
}
func (o CapabilityDrop) Summary() (Topic, string) {
	return TopicConfined, fmt.Sprintf("%d capabilities dropped", o.Capabilities.Len())
}

// NoNewPrivs keeps execve from granting privileges (PR_SET_NO_NEW_PRIVS, prctl(2)).
type NoNewPrivs struct{}

func (NoNewPrivs) Kind() Kind       { return "no-new-privs" }
func (NoNewPrivs) Object() string   { return "init" }
func (NoNewPrivs) Describe() string { return "set no_new_privs" }
func (NoNewPrivs) Summary() (Topic, string) {
	return TopicConfined, "no_new_privs"
}

// AppArmorProfile loads a profile that is made for the container
// (apparmor_parser(8)), with a namespace for the policies the container may load.
type AppArmorProfile struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"` // empty: it may load none
	Parser    string `json:"parser"`              // path of the program that compiles it
	Text      string `json:"text"`                // in the language of apparmor.d(5)
}

func (AppArmorProfile) Kind() Kind       { return "apparmor-profile" }
func (o AppArmorProfile) Object() string { return o.Name }
func (o AppArmorProfile) Describe() string {
	text := fmt.Sprintf("load the generated AppArmor profile %q, %d lines", o.Name, strings.Count(o.Text, "\n"))
	if o.Namespace != "" {
		text += ", with a namespace for policies of the container"
	}
	return text
}
func (o AppArmorProfile) Row() Row {
	row := Row{"profile", o.Name, []string{fmt.Sprintf("generated, %d lines", strings.Count(o.Text, "\n"))}}
	if o.Namespace != "" {
		row.Details = append(row.Details, "with a namespace for policies of the container")
	}
	return row
}
func (o AppArmorProfile) Changes(before Op, _ bool) []string {
	was := before.(AppArmorProfile)
	if isNew(was, o) {
		return nil
	}
	words := slices.Concat(nowWas("the AppArmor profile", was.Name, o.Name, "none"),
		nowWas("the AppArmor namespace", was.Namespace, o.Namespace, "none"), nowWas("the parser of AppArmor profiles", was.Parser, o.Parser, "none"))
	gained, lost := difference(strings.Split(was.Text, "\n"), strings.Split(o.Text, "\n"))
	for _, rule := range gained {
		words = append(words, "new in the AppArmor profile: "+strings.TrimSpace(rule))
	}
	for _, rule := range lost {
		words = append(words, "gone from the AppArmor profile: "+strings.TrimSpace(rule))
	}
	if len(words) == 0 {
		return []string{"the rules of the AppArmor profile are in another order"}
	}
	return words
}

// Label asks the LSM for another label (apparmor(7), selinux(8)): AppArmor at once,
// as in LXC, so that what is left of the launch is confined too, SELinux at the
// coming execve.
type Label struct {
	LSM   string `json:"lsm"`   // "apparmor" or "selinux"
	Label string `json:"label"` // profile name or context
}

func (Label) Kind() Kind         { return "label" }
func (o Label) Object() string   { return o.LSM }
func (o Label) Describe() string { return fmt.Sprintf("run init under %s label %q", o.LSM, o.Label) }
func (o Label) Changes(before Op, _ bool) []string {
	if isNew(before, o) {
		return nil
	}
	return nowWas("the "+o.LSM+" label", before.(Label).Label, o.Label, "none")
}
func (o Label) Summary() (Topic, string) {
	return TopicConfined, fmt.Sprintf("%s label %s", o.LSM, o.Label)
}
