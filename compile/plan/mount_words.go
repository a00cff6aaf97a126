package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// shown is what a bind shows: a path of the host, or of the container.
type shown struct {
	source      string
	inContainer bool
	below       string // directory of the host that the source does not leave
}

func (s shown) describe() string {
	switch {
	case s.inContainer:
		return "container path " + s.source
	case s.below != "":
		return fmt.Sprintf("host path %s, without leaving %s,", s.path(), s.below)
	}
	return "host path " + s.source
}

func (s shown) path() string { return path.Join(s.below, s.source) }

// origin names it.
func (s shown) origin() string {
	if s.inContainer {
		return "the container's " + s.source
	}
	return s.path()
}

// row begins the row of a bind.
func (s shown) row(target string) Row {
	row := Row{Verb: "bind", Subject: s.path() + " → " + target}
	switch {
	case s.inContainer && s.source == target:
		row.Subject, row.Details = target, []string{"over itself"}
	case s.inContainer:
		row.Details = []string{"of the container"}
	case s.below != "":
		row.Details = []string{"without leaving " + s.below}
	case s.source == target:
		row.Subject, row.Details = target, []string{"the host's"}
	}
	return row
}

// summary is for a plan's summary: what of the host the container gets to see.
func (s shown) summary(target string) string {
	switch {
	case s.inContainer:
		return ""
	case s.path() == target:
		return "the host's " + target
	}
	return s.path() + " → " + target
}

func (s shown) requires(lenient bool, create Create) []Requirement {
	if s.inContainer {
		return nil
	}
	return []Requirement{{Need: NeedPath, Object: s.path(), Lenient: lenient, Create: create}}
}

// changedFlags says which per-mount flags came and went.
func changedFlags(what string, was, is List[MountFlag]) []string {
	var words []string
	for _, f := range is.items {
		if !slices.Contains(was.items, f) {
			words = append(words, what+" is now "+f.adjective())
		}
	}
	for _, f := range was.items {
		if !slices.Contains(is.items, f) {
			words = append(words, what+" is no longer "+f.adjective())
		}
	}
	return words
}

// changedOptions says which options of a file system came, went or changed.
func changedOptions(what, fstype string, was, is List[string], show bool) []string {
	var words []string
	before, after := assignments(was), assignments(is)
	for _, name := range namesOf(was, is) {
		a, had := before[name]
		b, has := after[name]
		secret := !show && slices.Contains(secretOptions[:], name)
		switch {
		case a == b && had == has:
		case fstype == "tmpfs" && name == "size":
			words = append(words, nowWas(what, sizeWords(a), sizeWords(b), "half of the memory")...)
		case had && has && secret:
			words = append(words, fmt.Sprintf("option %s of %s has another value", name, what))
		case had && has:
			words = append(words, nowWas("option "+name+" of "+what, a, b, "empty")...)
		case secret:
			words = append(words, fmt.Sprintf("%s %s option %s", what, gainsOrLoses(has), name))
		default:
			words = append(words, fmt.Sprintf("%s %s option %s", what, gainsOrLoses(has), strings.TrimSuffix(name+"="+a+b, "=")))
		}
	}
	return words
}

// changedTarget says what changed about the place of a mount.
func changedTarget(target string, wasCreate, create Create, wasOptional, optional bool) []string {
	words := nowWas("what is created for "+target, string(wasCreate), string(create), "nothing")
	switch {
	case optional && !wasOptional:
		words = append(words, "the launch goes on when "+target+" cannot be mounted")
	case wasOptional && !optional:
		words = append(words, "the launch fails when "+target+" cannot be mounted")
	}
	return words
}

// qualified adds what distinguishes a thing.
func qualified(what string, words []string) string {
	if what == "" || len(words) == 0 {
		return what
	}
	return what + " (" + strings.Join(words, ", ") + ")"
}

// readOnlyWords is the one flag that a summary tells.
func readOnlyWords(set List[MountFlag]) []string {
	if slices.Contains(set.items, FlagReadOnly) {
		return []string{FlagReadOnly.words(true)}
	}
	return nil
}

func describeFlags(set, cleared List[MountFlag]) string {
	var words []string
	for _, f := range set.items {
		words = append(words, string(f))
	}
	for _, f := range cleared.items {
		words = append(words, "not "+string(f))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func describeCreate(c Create) string {
	switch c {
	case CreateDir:
		return ", creating the target as a directory"
	case CreateFile:
		return ", creating the target as a file"
	case ReplaceByFile:
		return ", replacing the target by a file"
	}
	return ""
}

func describePropagation(p Propagation) string {
	if p == "" {
		return ""
	}
	return ", " + string(p)
}

func describeOptional(optional bool) string {
	if optional {
		return ", if possible"
	}
	return ""
}

func describeData(data List[string]) string {
	if data.Len() == 0 {
		return ""
	}
	return ", options " + strings.Join(maskOptions(data).items, ",")
}
