//go:build linux

package probe

import (
	"strings"
	"sync"

	"lxcfg/compile/plan"
)

// libraryDirs are where distributions have LXC's library.
var libraryDirs = [...]string{
	"usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib/arm-linux-gnueabihf", "usr/lib/riscv64-linux-gnu",
	"usr/lib64", "usr/lib", "usr/local/lib64", "usr/local/lib", "usr/local/lib/x86_64-linux-gnu", "usr/local/lib/aarch64-linux-gnu",
}

// lxcParts are the traces that parts of LXC leave in its library. LXC tells nobody what
// it was built with; its maintainers ask people which libraries it is linked to. For
// AppArmor that is no answer, because LXC calls nothing of libapparmor and a linker may
// leave it out. But without it LXC has a message that says so, and for SELinux too.
var lxcParts = [...]struct {
	part    plan.LXCPart
	with    []string // one of them is there when the part is; nil: nothing tells
	without string   // is there when the part is not
}{
	{plan.LXCAppArmor, nil, "Built without AppArmor support"},
	{plan.LXCCapabilities, []string{"libcap.so", "cap_set_proc", "cap_get_proc"}, ""},
	{plan.LXCSeccomp, []string{"libseccomp", "seccomp_rule_add"}, ""},
	{plan.LXCSELinux, nil, "Built without SELinux support"},
}

// installed is what this host's LXC lacks, which is looked for once: many configurations
// may be judged by one host.
var installed struct {
	once  sync.Once
	lacks []plan.LXCPart
}

func installedLacks() []plan.LXCPart {
	installed.once.Do(func() { installed.lacks = host{root: "/"}.lxcLacks() })
	return installed.lacks
}

// lxcLacks tells what the installed LXC was built without, nothing where it cannot be
// told: no LXC is installed, or two, or a program of it that needs no library.
func (h host) lxcLacks() (lacks []plan.LXCPart) {
	library := h.lxcLibrary()
	if !strings.HasPrefix(library, "\x7fELF") || !strings.Contains(library, "lxc.rootfs.path") {
		return nil
	}
	for _, p := range lxcParts {
		found := p.with == nil
		for _, trace := range p.with {
			found = found || strings.Contains(library, trace)
		}
		if !found || p.without != "" && strings.Contains(library, p.without) {
			lacks = append(lacks, p.part)
		}
	}
	return lacks
}

// lxcLibrary is the content of liblxc, empty for none and for several that differ.
func (h host) lxcLibrary() (library string) {
	for _, dir := range libraryDirs {
		text := h.text(dir + "/liblxc.so.1")
		switch {
		case text == "" || text == library:
		case library == "":
			library = text
		default:
			return ""
		}
	}
	return library
}
