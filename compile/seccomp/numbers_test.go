package seccomp_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lxcfg/compile/seccomp"
)

// TestNumbersAreLibseccomps holds the table against what the installed libseccomp
// knows: the same numbers, by the generator's own program.
func TestNumbersAreLibseccomps(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler")
	}
	program := filepath.Join(t.TempDir(), "numbers")
	if out, err := exec.Command(cc, "-o", program, "gen/libseccomp/numbers.c", "-lseccomp").CombinedOutput(); err != nil {
		t.Skipf("libseccomp's headers are not installed: %v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		arch, rest, _ := strings.Cut(lines.Text(), " ")
		name, number, ok := strings.Cut(rest, " ")
		if !ok {
			continue // its version
		}
		want, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		if arch == "x32" {
			want |= x32Bit
		}
		if got, ok := seccomp.Number(arch, name); !ok || uint64(got) != want {
			t.Errorf("%s of %s is %d (%v), libseccomp says %d", name, arch, got, ok, want)
		}
		checked++
	}
	if checked < 4000 {
		t.Errorf("libseccomp knows %d numbers", checked)
	}
}
