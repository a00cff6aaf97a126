//go:build linux

package command

import (
	"os"
	"slices"
	"strings"
)

// List returns the names of the containers of a directory that have a monitor: those whose
// socket the kernel lists (proc_net(5)).
func List(lxcPath string) ([]string, error) {
	table, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		// A name may hold blanks: everything behind the inode.
		at := strings.Index(line, " @")
		if len(fields) < 8 || at < 0 {
			continue
		}
		address := strings.TrimSuffix(line[at+1:], "\n")
		if name, ok := nameOf(lxcPath, address); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// nameOf tells whose socket it is, when it is that of a container of the directory. A
// name that was too long is asked for.
func nameOf(lxcPath, address string) (name string, ok bool) {
	rest, ok := strings.CutSuffix(address, "/command")
	if !ok {
		return "", false
	}
	if name, ok := strings.CutPrefix(rest, "@"+lxcPath+"/"); ok && !strings.Contains(name, "/") {
		return name, true
	}
	if hash, ok := strings.CutPrefix(rest, "@lxc/"); !ok || len(hash) != hashLength {
		return "", false
	}
	p := Peer{address: address}
	path, err := p.text(getLXCPath)
	if err != nil || path != lxcPath {
		return "", false
	}
	name, err = p.text(getName)
	return name, err == nil && name != ""
}

// text asks for a text.
func (p Peer) text(number uint32) (string, error) {
	a, err := p.ask(number, 0, nil)
	return strings.TrimSuffix(string(a.data), "\x00"), err
}
