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
	Recursive   bool       // rbind
	Move        bool       // LXC 6
	Set         MountFlags // to set
	Clear       MountFlags // to clear: "rw" clears "ro"
	Propagation string     // "", "private", "rslave", …
	Data        []string   // left for the file system: "size=1m"
	Ignored     []string   // words LXC knows and does nothing with: "sync", "remount"
}

// MountFlags is a set of per-mount flags.
type MountFlags uint16

// mountFlagNames are the flags in the order of their bits, in mount(8)'s words.
var mountFlagNames = [...]string{"ro", "nosuid", "nodev", "noexec", "nosymfollow", "noatime", "nodiratime", "relatime", "strictatime"}

// Words lists the flags in mount(8)'s words: "ro", "nosuid".
func (f MountFlags) Words() []string {
	var words []string
	for i, name := range mountFlagNames {
		if f&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	return words
}

// Has reports whether a flag, given in mount(8)'s word for it, is among them.
func (f MountFlags) Has(word string) bool {
	i := slices.Index(mountFlagNames[:], word)
	return i >= 0 && f&(1<<i) != 0
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
		o := parseMountOptions(t.String)
		o.Text = t.String
		return o, checkMountOptions(t, o)
	},
	Format: func(o MountOptions) string { return o.Text },
}

// parseMountOptions sorts the words of an option field.
func parseMountOptions(s string) MountOptions {
	var o MountOptions
	for s != "" {
		var w string
		w, s, _ = strings.Cut(s, ",")
		o.add(w)
	}
	return o
}

func (o *MountOptions) add(w string) {
	switch w {
	case "", "defaults":
	case "optional":
		o.Optional = true
	case "relative":
		o.Relative = true
	case "create=dir", "create=file":
		o.Create = strings.TrimPrefix(w, "create=")
	case "bind":
		o.Bind = true
	case "rbind":
		o.Bind, o.Recursive = true, true
	case "move":
		o.Move = true
	case "sync", "async", "dirsync", "lazytime", "mand", "nomand", "remount":
		o.Ignored = append(o.Ignored, w)
	case "private", "shared", "slave", "unbindable", "rprivate", "rshared", "rslave", "runbindable":
		o.Propagation = w
	default:
		if value, ok := strings.CutPrefix(w, "idmap="); ok {
			o.IDMap = value
		} else if flag, clear, ok := mountFlag(w); !ok {
			o.Data = append(o.Data, w)
		} else {
			// The last word about a flag counts.
			o.Set, o.Clear = o.Set&^flag, o.Clear&^flag
			if clear {
				o.Clear |= flag
			} else {
				o.Set |= flag
			}
		}
	}
}

// checkMountOptions looks for a word of LXC's own that it does not find, or finds
// where none is meant.
func checkMountOptions(t Text, o MountOptions) *ValueError {
	for _, word := range o.Data {
		at := strings.Index(t.String, word)
		if at < 0 {
			continue // written with escapes
		}
		place := t.Sub(at, at+len(word))
		if strings.HasPrefix(word, "create=") {
			return remark(place, "Write create=dir or create=file.", "%q makes nothing", word)
		}
		for _, own := range [...]string{"create=dir", "create=file", "optional", "relative"} {
			if strings.Contains(word, own) {
				return remark(place, "LXC looks for its words inside others too. Use another name.", "LXC cuts %q out of %q", own, word)
			}
		}
	}
	return nil
}

// mountFlag finds the flag that a word is about, and whether the word clears it.
func mountFlag(w string) (flag MountFlags, clear, ok bool) {
	switch w {
	case "rw":
		w, clear = "ro", true
	case "suid", "dev", "exec", "atime", "diratime":
		w, clear = "no"+w, true
	case "norelatime", "nostrictatime":
		w, clear = w[len("no"):], true
	}
	i := slices.Index(mountFlagNames[:], w)
	if i < 0 {
		return 0, false, false
	}
	return 1 << i, clear, true
}
