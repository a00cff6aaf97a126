//go:build linux && amd64

package filtertest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp"
	"lxcfg/compile/seccomp/filtertest"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// TestRunsAsTheKernel has the kernel run filters: it says of each call what Run
// says.
func TestRunsAsTheKernel(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.policy")
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies: %v", err)
	}
	trial := buildTrial(t)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := policy.Parse(source.File{Name: name, Text: string(text)})
			filter, _ := seccomp.Compile(p, "amd64")
			numbered, verdicts := number(filter.Program)
			calls := callsFor(p)
			for i, errno := range inKernel(t, trial, numbered, calls) {
				d := calls[i].Data(false)
				verdict, _ := filtertest.Run(filter.Program, &d)
				if errno < 1 || errno > len(verdicts) || verdicts[errno-1] != verdict {
					t.Fatalf("%+v: the kernel returns %d of %#x, Run says %#x", calls[i], errno, verdicts, verdict)
				}
			}
		})
	}
}

// number makes every verdict of a filter an error number, from 1.
func number(program []plan.BPF) (numbered []plan.BPF, verdicts []uint32) {
	numbered = slices.Clone(program)
	for i, b := range program {
		if b.Code != 0x06 {
			continue
		}
		at := slices.Index(verdicts, b.K)
		if at < 0 {
			at = len(verdicts)
			verdicts = append(verdicts, b.K)
		}
		numbered[i].K = 0x00050000 | uint32(at+1) // SECCOMP_RET_ERRNO
	}
	return numbered, verdicts
}

// buildTrial compiles the program that makes the calls.
func buildTrial(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler")
	}
	program := filepath.Join(t.TempDir(), "trial")
	if out, err := exec.Command(cc, "-O1", "-o", program, "testdata/trial.c").CombinedOutput(); err != nil {
		t.Skipf("the kernel's headers are not installed: %v\n%s", err, out)
	}
	return program
}

// inKernel makes calls below a filter and returns their error numbers.
func inKernel(t *testing.T, trial string, program []plan.BPF, calls []filtertest.Call) (errnos []int) {
	t.Helper()
	var text strings.Builder
	fmt.Fprintln(&text, len(program), len(calls))
	for _, b := range program {
		fmt.Fprintln(&text, b.Code, b.JT, b.JF, b.K)
	}
	for _, c := range calls {
		a := c.Args
		fmt.Fprintln(&text, c.Number, a[0], a[1], a[2], a[3], a[4], a[5])
	}
	cmd := exec.Command(trial)
	cmd.Stdin = strings.NewReader(text.String())
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("filters cannot be loaded here: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		var errno int
		if _, err := fmt.Sscan(line, &errno); err != nil {
			t.Fatal(err)
		}
		errnos = append(errnos, errno)
	}
	if len(errnos) != len(calls) {
		t.Fatalf("%d calls were made of %d", len(errnos), len(calls))
	}
	return errnos
}

// callsFor draws calls that a policy may say something about.
func callsFor(p *policy.Policy) (list []filtertest.Call) {
	r := rand.New(rand.NewPCG(uint64(len(p.Rules)), 0))
	values := []uint64{0, 1, 2, ^uint64(0)}
	for _, rule := range p.Rules {
		for _, c := range rule.Conditions {
			values = append(values, c.Value-1, c.Value, c.Value+1, c.Value^1<<32, c.Value&c.Mask)
		}
	}
	for number := range uint32(480) {
		if number == 335 || number == 336 {
			continue // the kernel does not show uretprobe and uprobe to filters
		}
		for range 4 {
			c := filtertest.Call{Number: number, Arch: 0xc000003e}
			for i := range c.Args {
				c.Args[i] = values[r.IntN(len(values))]
			}
			marked := c
			marked.Number |= 0x40000000 // x32
			list = append(list, c, marked)
		}
	}
	return list
}
