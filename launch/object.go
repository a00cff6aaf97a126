//go:build linux

package launch

import (
	"path"
	"strings"

	"lxcfg/compile/plan"
)

// objectPaths gives the object of a failed step on both sides: as a path of the host
// and of the container. A step that has two, as a bind has its source and its target,
// is about the one that the failing call names.
func objectPaths(p plan.Plan, op plan.Op, object string) (host, container string) {
	rootfs, _, _ := plan.Find[plan.Rootfs](p)
	inside := func(target string) (string, string) {
		if rootfs.Source == "" {
			return "", target
		}
		return path.Join(rootfs.Source, target), target
	}
	switch op := op.(type) {
	case plan.Rootfs:
		return op.Source, "/"
	case plan.Bind:
		if op.InContainer || !strings.HasPrefix(object, "/") {
			return inside(op.Target) // targets are looked up from the rootfs, without a slash
		}
		return op.Source, op.Target
	case plan.Mount:
		return inside(op.Target)
	case plan.Unmount:
		return inside(op.Target)
	case plan.Directory:
		return inside(op.Path)
	case plan.Node:
		return inside(op.Path)
	case plan.Symlink:
		return inside(op.Path)
	case plan.Console:
		return inside(op.Target)
	case plan.TTY:
		return inside(op.Target)
	case plan.WorkDir:
		return inside(op.Path)
	case plan.Hook:
		if op.Pivoted && strings.HasPrefix(object, "/") {
			return inside(object)
		}
	case plan.Exec:
		return programPaths(object, inside)
	case plan.Init:
		return programPaths(object, inside)
	}
	return "", ""
}

func programPaths(object string, inside func(string) (string, string)) (host, container string) {
	if !strings.HasPrefix(object, "/") {
		return "", ""
	}
	return inside(object)
}
