package rules

import (
	"fmt"
	"iter"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// mountRules are about how a mount entry is written.
func mountRules() []Rule {
	return []Rule{
		{
			Code: "mount/no-target", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a mount entry without a target",
			Doc:   "An entry needs a source, a target, a file system type and options. LXC takes what is missing for empty and fails when it mounts.",
			Bad:   "lxc.mount.entry = /srv/data\n",
			Good:  "lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0\n",
			check: mountNoTarget,
		},
		{
			Code: "mount/no-type", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a mount entry without a file system type",
			Doc:   "An entry that is no bind mount names a file system type. `none` and `bind` are types of no file system, and a bind needs the option bind or rbind.",
			Bad:   "lxc.mount.entry = /srv/data srv/data none ro,create=dir 0 0\n",
			Good:  "lxc.mount.entry = /srv/data srv/data none bind,ro,create=dir 0 0\n",
			check: mountNoType,
		},
		{
			Code: "mount/blank-in-field", Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{diag.Differing},
			Title: "a blank in a path of a mount entry",
			Doc:   "Fields end at blanks, and quotes are no quotes here: the rest of the path is taken for the next field. Write \\040 for a blank, as in fstab(5). With the option optional the mount is left out in silence.",
			Bad:   "lxc.mount.entry = /srv/my data srv/data none bind,create=dir 0 0\n",
			Good:  "lxc.mount.entry = /srv/my\\040data srv/data none bind,create=dir 0 0\n",
			check: mountBlankInField,
		},
	}
}

// mountEntries are the entries of the fstab file and of the configuration, in the
// order they are mounted.
func mountEntries(c *config.Config) iter.Seq[config.Value[config.MountEntry]] {
	return func(yield func(config.Value[config.MountEntry]) bool) {
		for _, entries := range [...]config.Items[config.MountEntry]{c.Mount.FstabEntries, c.Mount.Entries} {
			for _, e := range entries {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// mount is an entry that is looked at by itself.
type mount struct {
	config.Value[config.MountEntry]
	options config.MountOptions
	target  string // as of targetOf
}

// checkMounts runs the rules about single entries. Each entry is taken apart once for all
// of them.
func checkMounts(c *config.Config, rules []*Rule, reportFor func(*Rule) report) {
	reports := make([]report, len(rules))
	for i, r := range rules {
		reports[i] = reportFor(r)
	}
	for entry := range mountEntries(c) {
		m := mount{entry, entry.V.Mounting(), targetOf(entry.V)}
		for i, r := range rules {
			r.mount(m, reports[i])
		}
	}
}

// targetOf is where in the container an entry is mounted, from its root on.
func targetOf(m config.MountEntry) string { return path.Join("/", m.Target) }

func mountNoTarget(c *config.Config, report report) {
	for m := range mountEntries(c) {
		if m.V.Target == "" {
			report(m.Origin, "the mount entry has no target", "Write it behind the source, relative to the container's root: `/srv/data srv/data none bind 0 0`.")
		}
	}
}

func mountNoType(c *config.Config, report report) {
	for m := range mountEntries(c) {
		none := m.V.FSType == "none" || m.V.FSType == "" || m.V.FSType == "bind" || m.V.FSType == "rbind"
		if m.V.Target == "" || m.V.Bind || !none {
			continue
		}
		f := report(m.Origin, fmt.Sprintf("%q is no file system type", m.V.FSType), "Add the option bind to make a bind mount, or name the type of the file system.")
		if fields := strings.Fields(m.V.Text); len(fields) >= 4 && strings.HasPrefix(m.V.Source, "/") {
			fields[3] = "bind," + strings.TrimPrefix(fields[3], "defaults")
			fields[3] = strings.TrimSuffix(fields[3], ",")
			f.replace(false, strings.Join(fields, " "))
		}
	}
}

// mountBlankInField looks for quotes around a path, and for more fields than an
// entry has when the last two are the numbers that entries end in.
func mountBlankInField(c *config.Config, report report) {
	for m := range mountEntries(c) {
		fields := strings.Fields(m.V.Text)
		if len(fields) < 3 {
			continue
		}
		var f *finding
		switch quote := fields[0][:1]; {
		case quote == `"` || quote == "'":
			f = report(m.Origin, fmt.Sprintf("%s is no quote in a mount entry but part of the path", quote), `Write the path without quotes, and \040 for each blank in it.`)
			if end := strings.Index(m.V.Text[1:], quote) + 1; end > 1 {
				f.replace(true, strings.ReplaceAll(m.V.Text[1:end], " ", `\040`)+m.V.Text[end+1:])
			}
		case len(fields) > 6 && isDigit(fields[len(fields)-1]) && isDigit(fields[len(fields)-2]) && !isDigit(fields[4]):
			f = report(m.Origin, fmt.Sprintf("an entry has six fields, and this one %d: LXC takes %q for the target", len(fields), m.V.Target),
				`A blank in a path is written \040.`)
		default:
			continue
		}
		if m.V.Mounting().Optional {
			f.as(diag.Warning, diag.SilentlyDifferent)
		}
	}
}

// isDigit reports whether a field is one of the numbers at the end of an entry.
func isDigit(field string) bool { return len(field) == 1 && field[0] >= '0' && field[0] <= '9' }
