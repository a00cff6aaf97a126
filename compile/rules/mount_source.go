package rules

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// mountSourceRules are about what of the host is mounted.
func mountSourceRules() []Rule {
	return []Rule{
		{
			Code: "mount/relative-source", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a source that does not begin at the root",
			Doc:   "The source of a bind mount is a path of the host. LXC 5.0 mounts the root of the whole host for one without a slash, and looks others up in the directory it happens to stand in.",
			Bad:   "lxc.mount.entry = data mnt none bind 0 0\n",
			Good:  "lxc.mount.entry = /srv/data mnt none bind 0 0\n",
			mount: mountRelativeSource,
		},
		{
			Code: "mount/host-dev", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "the host's /dev for the container's",
			Doc:   "LXC makes links, terminals and ptmx in the container's /dev. When that is the host's, it takes the host's /dev/ptmx away, and nobody can open a terminal there any more.",
			Bad:   "lxc.mount.entry = /dev dev none bind 0 0\n",
			Good:  "lxc.mount.entry = /dev/dri dev/dri none bind,create=dir 0 0\n",
			mount: mountHostDev,
		},
		{
			Code: CreateMismatch, Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{diag.Differing},
			Title: "create=dir for a device, or create=file for a directory",
			Doc:   "create= has to make what the source is: a directory is mounted on a directory only, a device or socket on a file. With the option optional the mount is left out in silence.",
			Bad:   "lxc.mount.entry = /dev/fuse dev/fuse none bind,create=dir 0 0\n",
			Good:  "lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file 0 0\n",
			mount: mountWrongCreate,
		},
	}
}

func mountRelativeSource(m mount, report report) {
	if !m.V.Bind || m.V.Source == "" || strings.HasPrefix(m.V.Source, "/") || m.options.Relative {
		return
	}
	detail := "Write the path from the root of the host on, or add the option relative when it is meant inside the container."
	switch {
	case m.V.Target == "": // another finding
	case strings.HasPrefix(m.V.Source, "~"):
		report(m.Origin, fmt.Sprintf("LXC knows no %q: it is no home directory here", "~"), "Write the path in full.")
	case !strings.Contains(m.V.Source, "/"):
		report(m.Origin, fmt.Sprintf("LXC 5.0 mounts the host's root for the source %q", m.V.Source), detail)
	default:
		report(m.Origin, fmt.Sprintf("where the source %q is looked up depends on where LXC is started", m.V.Source), detail)
	}
}

func mountHostDev(m mount, report report) {
	if m.V.Bind && path.Clean(m.V.Source) == "/dev" && m.target == "/dev" && !m.options.Relative {
		report(m.Origin, "LXC takes the host's /dev/ptmx away when the container has the host's /dev", "Mount the devices that the container needs, one by one.")
	}
}

// CreateMismatch is the code of a finding about a target that is made what the source is
// not: of the rule for devices that every host has, of the compiler for all others.
const CreateMismatch = "mount/create-mismatch"

// MismatchedNode reports whether a target is to be made what the source, a device, is
// not: what it is in words, and what create= has to say.
func MismatchedNode(m config.MountEntry) (is, right string, mismatched bool) {
	n, known := findNode(m.Source)
	if !m.Bind || !known {
		return "", "", false
	}
	options := m.Mounting()
	if options.Create == "" || options.Relative {
		return "", "", false
	}
	is, right = "a file", "file"
	if n.directory {
		is, right = "a directory", "dir"
	}
	return is, right, options.Create != right
}

func mountWrongCreate(m mount, report report) {
	is, right, mismatched := MismatchedNode(m.V)
	if !mismatched {
		return
	}
	options := m.options
	f := report(m.Origin, fmt.Sprintf("%s is %s: it cannot be mounted on what create=%s makes", m.V.Source, is, options.Create), fmt.Sprintf("Write create=%s.", right))
	f.replace(true, strings.Replace(m.V.Text, "create="+options.Create, "create="+right, 1))
	if options.Optional {
		f.as(diag.Warning, diag.SilentlyDifferent)
	}
}
