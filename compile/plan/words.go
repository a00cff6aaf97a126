package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// Row is what an op does in columns, for people:
//
//	mount  tmpfs → /tmp        1 MiB, creates the directory
//	bind   /srv/data → /data   read-only
type Row struct {
	Verb    string   // one or two words
	Subject string   // what is acted on; from the host's "source → path in the container"
	Details []string // how
}

// A Tabular op says what goes into which column. Values that may be secret are there
// as the op has them: see Plan.Masked.
type Tabular interface {
	Op
	Row() Row
}

// RowOf gives any op in columns. Of one that is not Tabular the description is
// taken, its first word for the verb.
func RowOf(op Op) Row {
	if t, is := op.(Tabular); is {
		return t.Row()
	}
	verb, subject, _ := strings.Cut(op.Describe(), " ")
	return Row{Verb: verb, Subject: subject}
}

// String gives the row as one phrase.
func (r Row) String() string {
	words := strings.TrimSpace(r.Verb + " " + r.Subject)
	return strings.Join(append([]string{words}, r.Details...), ", ")
}

// flagWords are the per-mount flags as people say them: set, and cleared.
var flagWords = [...]struct {
	flag         MountFlag
	set, cleared string
}{
	{FlagReadOnly, "read-only", "writable"},
	{FlagNoSUID, "ignores set-user-ID", "honours set-user-ID"},
	{FlagNoDev, "no devices", "with devices"},
	{FlagNoExec, "no programs", "with programs"},
	{FlagNoATime, "no access times", "with access times"},
	{FlagNoDirATime, "no access times of directories", "with access times of directories"},
	{FlagRelATime, "access times now and then", "without relatime"},
	{FlagStrictATime, "every access time", "without strictatime"},
	{FlagNoSymFollow, "no symbolic links followed", "symbolic links followed"},
}

// words gives a flag that is set, or cleared, as people say it.
func (f MountFlag) words(set bool) string {
	for _, row := range flagWords {
		switch {
		case row.flag != f:
		case set:
			return row.set
		default:
			return row.cleared
		}
	}
	if set {
		return string(f)
	}
	return "not " + string(f)
}

// adjective is the flag as the end of "/tmp is now …".
func (f MountFlag) adjective() string {
	if f == FlagReadOnly {
		return "read-only"
	}
	return "mounted " + string(f)
}

// wordsOfFlags gives flags as people say them. The three that every pseudo file
// system is mounted with are one.
func wordsOfFlags(set, cleared List[MountFlag]) []string {
	var words []string
	for _, group := range [...]struct {
		flags List[MountFlag]
		set   bool
		all   string
	}{{set, true, "no set-user-ID, devices or programs"}, {cleared, false, "with set-user-ID, devices and programs"}} {
		inert := 0
		for _, f := range group.flags.items {
			if f == FlagNoSUID || f == FlagNoDev || f == FlagNoExec {
				inert++
			}
		}
		for _, f := range group.flags.items {
			if inert == 3 && (f == FlagNoSUID || f == FlagNoDev || f == FlagNoExec) {
				continue
			}
			words = append(words, f.words(group.set))
		}
		if inert == 3 {
			words = append(words, group.all)
		}
	}
	return words
}

// wordsOfOptions gives the options of a file system as people say them.
func wordsOfOptions(fstype string, data List[string]) []string {
	var words []string
	for _, option := range data.items {
		name, value, _ := strings.Cut(option, "=")
		switch {
		case fstype == "tmpfs" && name == "size":
			words = append(words, sizeWords(value))
		case name == "mode":
			words = append(words, "mode "+value)
		default:
			words = append(words, option)
		}
	}
	return words
}

// parseBytes reads a size as tmpfs does: a number and k, m, g, t, p or e, of 1024
// each.
func parseBytes(text string) (bytes uint64, ok bool) {
	if text == "" {
		return 0, false
	}
	shift := 0
	if i := strings.IndexByte("kmgtpe", text[len(text)-1]|0x20); i >= 0 {
		shift, text = 10*(i+1), text[:len(text)-1]
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n << shift, err == nil && n<<shift>>shift == n
}

// bytesWords gives a size with the largest unit that leaves a whole number.
func bytesWords(bytes uint64) string {
	units := [...]string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	unit := 0
	for unit < len(units)-1 && bytes >= 1024 && bytes%1024 == 0 {
		bytes /= 1024
		unit++
	}
	return fmt.Sprintf("%d %s", bytes, units[unit])
}

// wordsOfCreate says what is made where a mount goes.
func wordsOfCreate(c Create) []string {
	switch c {
	case CreateDir:
		return []string{"creates the directory"}
	case CreateFile:
		return []string{"creates the file"}
	}
	return nil
}

// wordsOfLeniency says which failures are let pass.
func wordsOfLeniency(optional, skipMissing bool) []string {
	switch {
	case optional:
		return []string{"if possible"}
	case skipMissing:
		return []string{"if it is there"}
	}
	return nil
}

// wordsOfPropagation says how mounts spread from and to a mount.
func wordsOfPropagation(p Propagation) []string {
	if p == "" {
		return nil
	}
	return []string{"propagation " + string(p)}
}

// sizeWords is the size of a tmpfs for people, as it is written when it is no number
// of bytes.
func sizeWords(text string) string {
	if size, ok := parseBytes(text); ok {
		return bytesWords(size)
	}
	return text
}

// assignments takes NAME=VALUE apart; a bare name has an empty value.
func assignments(list List[string]) map[string]string {
	values := make(map[string]string)
	for _, item := range list.items {
		name, value, _ := strings.Cut(item, "=")
		values[name] = value
	}
	return values
}

// namesOf lists the names of two lists of NAME=VALUE, each once, in their order.
func namesOf(lists ...List[string]) []string {
	var names []string
	seen := make(map[string]bool)
	for _, list := range lists {
		for _, item := range list.items {
			if name, _, _ := strings.Cut(item, "="); !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

func gainsOrLoses(has bool) string {
	if has {
		return "gains"
	}
	return "loses"
}
