//go:build linux && (amd64 || arm64)

package reaper_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"lxcfg/launch/reaper"
)

func image(t *testing.T) []byte {
	t.Helper()
	data, err := reaper.Image()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The file is a static program in one segment that nobody can write to, of a few
// hundred bytes.
func TestImage(t *testing.T) {
	data := image(t)
	if len(data) > 1000 {
		t.Errorf("the init has %d bytes", len(data))
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var loaded []*elf.Prog
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_LOAD:
			loaded = append(loaded, p)
		case elf.PT_GNU_STACK:
			if p.Flags&elf.PF_X != 0 {
				t.Error("the stack is executable")
			}
		case elf.PT_INTERP, elf.PT_DYNAMIC:
			t.Errorf("the program has a segment %v", p.Type)
		}
	}
	if len(loaded) != 1 || loaded[0].Flags != elf.PF_R|elf.PF_X || f.Entry <= loaded[0].Vaddr || f.Entry >= loaded[0].Vaddr+loaded[0].Memsz {
		t.Errorf("it loads %+v and begins at %#x", loaded, f.Entry)
	}
}

// Without a child the init has nothing to wait for, whatever its command was.
func TestEndsWithoutChildren(t *testing.T) {
	data := image(t)
	for _, command := range []uint32{0, 1 << 22} {
		binary.NativeEndian.PutUint32(data[reaper.CommandOffset:], command)
		file := filepath.Join(t.TempDir(), "init")
		if err := os.WriteFile(file, data, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(file).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("for command %d: %v, output %q", command, err, out)
		}
	}
}
