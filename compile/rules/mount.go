package rules

import (
	"fmt"
	"iter"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// mountRules are about lxc.mount.entry.
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
			Doc:   "An entry that is no bind mount names a file system type. `none` is one for binds only, and a bind needs the option bind or rbind.",
			Bad:   "lxc.mount.entry = /srv/data srv/data none ro 0 0\n",
			Good:  "lxc.mount.entry = /srv/data srv/data none bind,ro 0 0\n",
			check: mountNoType,
		},
		{
			Code: "mount/parent-target", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a target that leads out of the container",
			Doc:   "LXC does not look at `..` in a target: with create=dir it makes directories of the host. lxcfg keeps every target below the container's root.",
			Bad:   "lxc.mount.entry = /srv ../srv none bind,create=dir 0 0\n",
			Good:  "lxc.mount.entry = /srv srv none bind,create=dir 0 0\n",
			check: mountParentTarget,
		},
		{
			Code: "mount/ignored-option", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a mount option that LXC ignores",
			Doc:   "LXC knows the word and does nothing with it.",
			Bad:   "lxc.mount.entry = /srv srv none bind,remount,ro 0 0\n",
			Good:  "lxc.mount.entry = /srv srv none bind,ro 0 0\n",
			check: mountIgnoredOption,
		},
	}
}

// mountEntries are the entries of the fstab file and of the configuration.
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

func mountNoTarget(c *config.Config, report report) {
	for m := range mountEntries(c) {
		if m.V.Target == "" {
			report(m.Origin, "the mount entry has no target", "Write it behind the source, relative to the container's root: `/srv/data srv/data none bind 0 0`.")
		}
	}
}

func mountNoType(c *config.Config, report report) {
	for m := range mountEntries(c) {
		if m.V.Target == "" || m.V.Bind || m.V.FSType != "none" && m.V.FSType != "" {
			continue
		}
		report(m.Origin, fmt.Sprintf("%q is no file system type", m.V.FSType), "Add the option bind to make a bind mount, or name the type of the file system.")
	}
}

func mountParentTarget(c *config.Config, report report) {
	for m := range mountEntries(c) {
		if clean := path.Clean(m.V.Target); clean == ".." || strings.HasPrefix(clean, "../") {
			report(m.Origin, fmt.Sprintf("the target %q leads out of the container", m.V.Target), "Write it relative to the container's root.")
		}
	}
}

func mountIgnoredOption(c *config.Config, report report) {
	for m := range mountEntries(c) {
		for _, word := range m.V.Ignored {
			report(m.Origin, fmt.Sprintf("LXC ignores the mount option %q", word), "Remove the word.")
		}
	}
}
