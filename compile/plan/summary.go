package plan

import "strings"

// Topic is a line of a plan's summary: what a reader wants to know first.
type Topic string

// The topics.
const (
	TopicInit       Topic = "init"
	TopicUser       Topic = "runs as"
	TopicNamespaces Topic = "namespaces"
	TopicIDs        Topic = "ids"
	TopicRoot       Topic = "root"
	TopicMounts     Topic = "mounts"
	TopicNetwork    Topic = "network"
	TopicLimits     Topic = "limits"
	TopicDevices    Topic = "devices"
	TopicPrograms   Topic = "programs" // of the host and the administrator that the launch runs: hooks, scripts
	TopicConfined   Topic = "confined"
)

// topics is the order of a summary, and what holds when no op says anything.
var topics = [...]struct {
	topic  Topic
	asked  bool   // only what a line asked for is worth a word
	absent string // empty: no line
}{
	{TopicInit, false, ""},
	{TopicUser, false, "the container's root"},
	{TopicNamespaces, false, "all of the host's"},
	{TopicIDs, false, "no id map: the container's root is the host's root"},
	{TopicRoot, false, "the host's"},
	{TopicMounts, true, ""},
	{TopicNetwork, false, ""},
	{TopicLimits, true, "none"},
	{TopicDevices, false, "no rules: whatever the host has"},
	{TopicPrograms, false, ""},
	{TopicConfined, false, "by nothing but its namespaces"},
}

// A Summarized op has a say in the summary of a plan: a phrase about a topic, or
// nothing.
type Summarized interface {
	Op
	Summary() (Topic, string)
}

// SummaryLine is what a plan does about a topic, in phrases.
type SummaryLine struct {
	Topic Topic
	Words []string
}

// Summary tells a plan in a few lines.
func (p Plan) Summary() []SummaryLine {
	said := make(map[Topic][]string)
	for _, s := range p.Steps() {
		op, is := s.Op.(Summarized)
		if !is {
			continue
		}
		topic, words := op.Summary()
		if words != "" && (s.Origins.Len() > 0 || !askedOnly(topic)) {
			said[topic] = append(said[topic], words)
		}
	}
	var lines []SummaryLine
	for _, row := range topics {
		words := said[row.topic]
		if row.topic == TopicNetwork && len(words) == 0 {
			words = []string{p.networkWords()}
		}
		switch {
		case len(words) == 0 && row.absent != "":
			words = []string{row.absent}
		case row.topic == TopicNamespaces: // some are made by clone, the rest later
			words = []string{strings.Join(words, " ")}
		}
		if len(words) > 0 {
			lines = append(lines, SummaryLine{row.topic, words})
		}
	}
	return lines
}

func askedOnly(topic Topic) bool {
	for _, row := range topics {
		if row.topic == topic {
			return row.asked
		}
	}
	return false
}

// networkWords says whose network it is, of a plan that makes no interface.
func (p Plan) networkWords() string {
	for _, s := range p.Steps() {
		made := NamespaceSet{}
		switch op := s.Op.(type) {
		case Spawn:
			made = op.Namespaces
			for _, j := range op.Join.All() {
				if j.Namespace == NamespaceNet {
					return "that " + j.whose()
				}
			}
		case Unshare:
			made = op.Namespaces
		}
		if made.Has(NamespaceNet) {
			return "a namespace of its own"
		}
	}
	return "the host's"
}
