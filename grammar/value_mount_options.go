package grammar

import (
	"slices"
	"strings"
)

// MountOptions is an option field, sorted into what LXC makes of each word.
type MountOptions struct {
	Text string // as written

	// LXC's own words.
	Create   string // "", "dir", "file"
	Optional bool
	Relative bool
	IDMap    string // "", "container" or a path

	Bind        bool
	Recursive   bool     // rbind
	Move        bool     // LXC 6
	Set         []string // per-mount flags to set, in mount(8)'s words: "ro", "nosuid", …
	Clear       []string // flags to clear, by the flag's name: "rw" clears "ro"
	Propagation string   // "", "private", "rslave", …
	Data        []string // left for the file system: "size=1m"
	Ignored     []string // words LXC knows and does nothing with: "sync", "remount"
}

// RootfsOptions is lxc.rootfs.options: options of a mount, without the words that
// make sense for an entry only.
var RootfsOptions = Language[MountOptions]{
	Name: "mount options", Syntax: "word {\",\" word}",
	Parse: func(t Text) (MountOptions, *ValueError) {
		// LXC looks for the words anywhere in the text, inside others too.
		for _, w := range []string{"create=dir", "create=file", "optional", "relative"} {
			if i := strings.Index(t.String, w); i >= 0 {
				return MountOptions{}, invalid(t.Sub(i, i+len(w)), "The word belongs to lxc.mount.entry.", "%q is no option of a rootfs", w)
			}
		}
		return ParseMountOptions(t)
	},
	Format: func(o MountOptions) string { return o.Text },
}

// flagWords are the options that set or clear a flag of a mount.
var flagWords = [...]struct {
	word, flag string
	clear      bool
}{
	{"atime", "noatime", true}, {"dev", "nodev", true}, {"diratime", "nodiratime", true}, {"exec", "noexec", true},
	{"noatime", "noatime", false}, {"nodev", "nodev", false}, {"nodiratime", "nodiratime", false}, {"noexec", "noexec", false},
	{"norelatime", "relatime", true}, {"nostrictatime", "strictatime", true}, {"nosymfollow", "nosymfollow", false},
	{"nosuid", "nosuid", false}, {"relatime", "relatime", false}, {"ro", "ro", false}, {"rw", "ro", true},
	{"strictatime", "strictatime", false}, {"suid", "nosuid", true},
}

// ParseMountOptions sorts the words of an option field.
func ParseMountOptions(t Text) (MountOptions, *ValueError) {
	o := MountOptions{Text: t.String}
	at := 0
	for _, w := range strings.Split(t.String, ",") {
		if err := o.add(t.Sub(at, at+len(w))); err != nil {
			return o, err
		}
		at += len(w) + 1
	}
	return o, nil
}

func (o *MountOptions) add(t Text) *ValueError {
	w := t.String
	switch w {
	case "", "defaults":
		return nil
	case "optional":
		o.Optional = true
		return nil
	case "relative":
		o.Relative = true
		return nil
	case "create=dir", "create=file":
		o.Create = strings.TrimPrefix(w, "create=")
		return nil
	case "bind":
		o.Bind = true
		return nil
	case "rbind":
		o.Bind, o.Recursive = true, true
		return nil
	case "move":
		o.Move = true
		return nil
	case "sync", "async", "dirsync", "lazytime", "mand", "nomand", "remount":
		o.Ignored = append(o.Ignored, w)
		return nil
	}
	if value, ok := strings.CutPrefix(w, "idmap="); ok {
		o.IDMap = value
		return nil
	}
	if slices.Contains([]string{"private", "shared", "slave", "unbindable"}, strings.TrimPrefix(w, "r")) {
		o.Propagation = w
		return nil
	}
	for _, f := range flagWords {
		if f.word != w {
			continue
		}
		// The last word about a flag counts.
		o.Set, o.Clear = without(o.Set, f.flag), without(o.Clear, f.flag)
		if f.clear {
			o.Clear = append(o.Clear, f.flag)
		} else {
			o.Set = append(o.Set, f.flag)
		}
		return nil
	}
	o.Data = append(o.Data, unescape(w))
	return nil
}

func without(words []string, word string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == word })
}
