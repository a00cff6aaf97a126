package seccomp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp"
	"lxcfg/grammar/diag"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// The judge is libseccomp, asked by a small C program: the filter it makes of a
// policy and ours have to decide alike about every call.

// buildJudge compiles the C program.
func buildJudge(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the judge is written for x86-64")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler to build the judge with")
	}
	judge := filepath.Join(t.TempDir(), "judge")
	if out, err := exec.Command(cc, "-o", judge, "testdata/libseccomp.c", "-lseccomp").CombinedOutput(); err != nil {
		t.Skipf("libseccomp's headers are not installed: %v\n%s", err, out)
	}
	return judge
}

// describe gives a policy in the judge's form.
func describe(p *policy.Policy) string {
	var text strings.Builder
	fmt.Fprintf(&text, "default %d\n", number(p.Default))
	ops := map[policy.Op]int{policy.NotEqual: 1, policy.Less: 2, policy.LessEqual: 3, policy.Equal: 4, policy.GreaterEqual: 5, policy.Greater: 6, policy.MaskedEqual: 7}
	for _, r := range p.Rules {
		fmt.Fprintf(&text, "%s %d", r.Call.String, number(r.Action))
		for _, c := range r.Conditions {
			fmt.Fprintf(&text, " %d %d %d %d", c.Index, ops[c.Op], c.Value, c.Mask)
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// number is an action as libseccomp and the kernel write it.
func number(a policy.Action) uint32 {
	switch a.Kind {
	case policy.Allow:
		return 0x7fff0000
	case policy.Errno:
		return 0x00050000 | uint32(a.Errno)
	case policy.Trap:
		return 0x00030000
	case policy.Notify:
		return 0x7fc00000
	}
	return 0
}

// ask has the judge make the filter, nil when libseccomp refuses the policy.
func ask(t *testing.T, judge string, p *policy.Policy) []plan.BPF {
	t.Helper()
	cmd := exec.Command(judge)
	cmd.Stdin = strings.NewReader(describe(p))
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	if err := cmd.Run(); err != nil {
		t.Logf("libseccomp refuses the policy: %s", msg.String())
		return nil
	}
	var program []plan.BPF
	for b := out.Bytes(); len(b) >= 8; b = b[8:] {
		program = append(program, plan.BPF{Code: binary.NativeEndian.Uint16(b), JT: b[2], JF: b[3], K: binary.NativeEndian.Uint32(b[4:])})
	}
	return program
}

// machine runs a filter.
func machine(t *testing.T, program []plan.BPF) *bpf.VM {
	t.Helper()
	var raw []bpf.RawInstruction
	for _, in := range program {
		raw = append(raw, bpf.RawInstruction{Op: in.Code, Jt: in.JT, Jf: in.JF, K: in.K})
	}
	instructions, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("the program holds an instruction the machine does not know")
	}
	vm, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatalf("the program is not valid: %v", err)
	}
	return vm
}

// decide runs a filter on one call. The machine reads words in network order.
func decide(t *testing.T, vm *bpf.VM, arch, nr uint32, args [6]uint64) uint32 {
	t.Helper()
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data[0:], nr)
	binary.BigEndian.PutUint32(data[4:], arch)
	for i, a := range args {
		binary.BigEndian.PutUint32(data[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[20+8*i:], uint32(a>>32))
	}
	result, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(result)
}

const (
	auditX86_64 = 0xc000003e
	auditX86    = 0x40000003
	auditARM64  = 0xc00000b7
)

// compare holds two filters against each other over all calls of all ABIs, and
// over the arguments that the policy's conditions turn on.
func compare(t *testing.T, p *policy.Policy, ours, theirs []plan.BPF) {
	t.Helper()
	a, b := machine(t, ours), machine(t, theirs)
	samples := [][6]uint64{{}, {1, 1, 1, 1, 1, 1}, {^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}}
	for service := uint64(0); service < 25; service++ {
		samples = append(samples, [6]uint64{service})
	}
	for _, r := range p.Rules {
		var all [6]uint64
		for _, c := range r.Conditions {
			all[c.Index] = c.Value
		}
		for _, c := range r.Conditions {
			for _, v := range []uint64{c.Value - 1, c.Value, c.Value + 1, c.Value | c.Mask, c.Value ^ 1<<32, c.Value | ^c.Mask} {
				s := all
				s[c.Index] = v
				samples = append(samples, s)
			}
		}
	}
	check := func(arch, nr uint32) {
		for _, s := range samples {
			if arch == auditX86 {
				for i := range s {
					s[i] &= 0xffffffff // registers have 32 bits there
				}
			}
			if got, want := decide(t, a, arch, nr, s), decide(t, b, arch, nr, s); got != want {
				t.Fatalf("call %#x of architecture %#x with arguments %#x: %#x, libseccomp says %#x\n%s", nr, arch, s, got, want, p.File.Text)
			}
		}
	}
	for nr := uint32(0); nr < 600; nr++ {
		check(auditX86_64, nr)
		check(auditX86_64, nr|0x40000000)
		check(auditX86, nr)
	}
	for _, nr := range []uint32{0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff} {
		check(auditX86, nr)
	}
	check(auditARM64, 1)
}

// judged compiles a policy both ways and compares.
func judged(t *testing.T, judge, text string) {
	t.Helper()
	p := policy.Parse(source.File{Name: "policy", Text: text})
	if p.Findings(nil).Has(diag.Error) {
		t.Fatalf("the policy has findings: %v", p.Findings(nil))
	}
	ours, findings := seccomp.Compile(p, "amd64")
	theirs := ask(t, judge, p)
	if refused := findings.Has(diag.Error); refused != (theirs == nil) {
		t.Fatalf("refused by us: %v, by libseccomp: %v; %v\n%s", refused, theirs == nil, findings, text)
	}
	if theirs != nil {
		compare(t, p, ours.Program, theirs)
	}
}

func TestPoliciesDecideAsLibseccomp(t *testing.T) {
	judge := buildJudge(t)
	files, err := filepath.Glob("testdata/*.policy")
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies to compare: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			judged(t, judge, string(text))
		})
	}
}

func TestRandomPoliciesDecideAsLibseccomp(t *testing.T) {
	judge := buildJudge(t)
	n := 60
	if testing.Short() {
		n = 10
	}
	for seed := range uint64(n) {
		judged(t, judge, randomPolicy(rand.New(rand.NewPCG(seed, 1))))
	}
}

// randomPolicy draws a policy with a few dozen rules.
func randomPolicy(r *rand.Rand) string {
	calls := []string{"read", "write", "open", "close", "stat", "fstat", "mmap", "ioctl", "execve", "exit", "wait4", "kill", "umount2", "mount",
		"ptrace", "socket", "connect", "accept", "recvmsg", "sendmsg", "shmget", "semctl", "msgsnd", "clone", "unshare", "setns", "kexec_load",
		"init_module", "bpf", "personality", "keyctl", "rt_sigaction", "waitid", "preadv2", "process_vm_readv", "timer_create", "chown", "lchown",
		"fchownat", "openat2", "getrandom", "seccomp", "perf_event_open", "userfaultfd", "no_such_call", "socketcall", "ipc", "stat64", "chown32"}
	bundled := []string{"socket", "connect", "accept", "recvmsg", "sendmsg", "shmget", "semctl", "msgsnd"}
	actions := []string{"kill", "errno 1", "errno 38", "allow", "trap"}
	def := r.IntN(len(actions))
	var text strings.Builder
	fmt.Fprintf(&text, "2\nallowlist %s\n[all]\n", actions[def])
	order := r.Perm(len(calls))[:5+r.IntN(30)]
	for _, i := range order {
		action := r.IntN(len(actions))
		if action == def {
			continue
		}
		fmt.Fprintf(&text, "%s %s", calls[i], actions[action])
		// The arguments of a service that x86 bundles are out of a filter's reach,
		// and libseccomp refuses to compare them.
		if r.IntN(3) == 0 && !slices.Contains(bundled, calls[i]) {
			text.WriteByte(' ')
			ops := []string{"==", "!=", "<", "<=", ">", ">=", "&="}
			for _, arg := range r.Perm(4)[:1+r.IntN(2)] {
				op := ops[r.IntN(len(ops))]
				value := uint64(1) << r.IntN(32) // what 32-bit registers can hold
				if op == "&=" {
					fmt.Fprintf(&text, "[%d,%d,%s,%d]", arg, value, op, value|1<<r.IntN(31))
				} else {
					fmt.Fprintf(&text, "[%d,%d,%s]", arg, value, op)
				}
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}
