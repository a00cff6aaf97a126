package migrate

import "strings"

// limits2 is what the lines of cgroup v2 say beside those of v1.
type limits2 struct {
	set   map[string]bool // the files that have a value
	rules map[rule2]int   // the place of the last line of its kind
	reset *setting        // the last line that overrules the device rules above it
}

// rule2 is a line of cgroup v2: in one document or, without one, in any.
type rule2 struct {
	in          *document
	file, value string
}

// add takes a line of cgroup v2.
func (l *limits2) add(s *setting, file string) {
	value := s.value.String
	if l.set == nil {
		l.set, l.rules = make(map[string]bool), make(map[rule2]int)
	}
	l.rules[rule2{s.in, file, value}], l.rules[rule2{nil, file, value}] = s.place, s.place
	if value != "" {
		l.set[file] = true
	}
	if value == "a" && strings.HasPrefix(file, "devices.") {
		l.reset = s
	}
}

// has reports whether lines of cgroup v2 make one that was of v1 needless: the same
// one in its document, or below it. What stands above it in another file it may be
// meant to overrule.
func (l *limits2) has(s *setting, file, value string) bool {
	_, here := l.rules[rule2{s.in, file, value}]
	place, anywhere := l.rules[rule2{nil, file, value}]
	return here || anywhere && place > s.place
}

// addsUp reports whether several lines of a file all count. Of the others a line of
// cgroup v2, which is what a host with v2 went by, makes those of v1 needless.
func addsUp(file string) bool {
	for _, prefix := range [...]string{"devices.", "io.", "rdma.", "misc."} {
		if strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return false
}
