package seccomp_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The filter that libseccomp makes of a policy and ours have to decide alike about
// every call.

// machines are those that the installed libseccomp can make filters for, the usual
// ones more than once.
var machines = []string{"amd64", "amd64", "amd64", "arm64", "arm64", "386", "arm", "mips", "mips64", "mips64le", "mipsle",
	"ppc", "ppc64", "ppc64le", "riscv64", "s390", "s390x"}

// policyFiles are the policies of testdata, and those of the LXC that is installed.
func policyFiles(t testing.TB) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"testdata/*.policy", "/usr/share/lxc/config/*.seccomp", "/usr/share/doc/lxc/examples/seccomp*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 30 {
		t.Fatalf("there are %d policies", len(files))
	}
	return files
}

func TestPoliciesDecideAsLibseccomp(t *testing.T) {
	judge := startJudge(t)
	for _, name := range policyFiles(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, goarch := range slices.Compact(slices.Clone(machines)) {
				judge.judged(t, string(text), goarch)
			}
		})
	}
}

// TestRandomPoliciesDecideAsLibseccomp draws policies, some of a fixed seed and as
// many of a fresh one. LXCFG_RANDOM_POLICIES says how many.
func TestRandomPoliciesDecideAsLibseccomp(t *testing.T) {
	judge := startJudge(t)
	n := 150
	if s := os.Getenv("LXCFG_RANDOM_POLICIES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, seed := range []uint64{1, rand.Uint64()} {
		r := rand.New(rand.NewPCG(seed, 0))
		wrong := 0
		for range n {
			text := randomPolicy(r)
			if judge.judged(t, text, machines[r.IntN(len(machines))]) > 0 {
				wrong++
			}
		}
		t.Logf("%d policies of seed %d; libseccomp is wrong about %d", n, seed, wrong)
	}
}

// services are calls that some ABIs bundle.
var services = []string{"socket", "connect", "accept", "recvmsg", "sendmsg", "shmget", "semctl", "msgsnd", "recv"}

// randomPolicy draws a policy of a few dozen rules, with several about some calls.
func randomPolicy(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	action := func() string { return pick("kill", "errno 1", "errno 38", "allow", "trap", "notify") }
	def := action()
	favourites := []string{anyCall(r), anyCall(r), "ioctl"}
	text := "2\nallowlist " + def + "\n"
	drawn := map[string]bool{}
	for range 1 + r.IntN(40) {
		call, a := anyCall(r), action()
		if r.IntN(4) == 0 {
			call = pick(favourites...)
		}
		bundle := call == "socketcall" || call == "ipc"
		// Whether two rules about one service, or about it and what bundles it,
		// contradict each other depends on numbers that libseccomp makes up.
		if a == def || slices.Contains(services, call) && (drawn[call] || drawn["bundle"]) || bundle && drawn["service"] {
			continue
		}
		drawn[call] = true
		drawn["service"] = drawn["service"] || slices.Contains(services, call)
		drawn["bundle"] = drawn["bundle"] || bundle
		if r.IntN(20) == 0 {
			text += "[" + pick("all", "x86", "arm64", "mips64", "x32", "ppc64le") + "]\n"
		}
		text += call + " " + a
		if r.IntN(3) == 0 {
			text += conditions(r)
		}
		text += "\n"
	}
	return text
}

// anyCall draws the name of a call: one that is common, that differs between ABIs,
// that is new, or that nobody knows.
func anyCall(r *rand.Rand) string {
	names := append([]string{"read", "write", "open", "openat", "close", "stat", "fstat", "mmap", "ioctl", "execve", "exit", "wait4", "kill", "umount2",
		"mount", "ptrace", "clone", "clone3", "unshare", "setns", "kexec_load", "init_module", "bpf", "personality", "keyctl", "rt_sigaction",
		"waitid", "preadv2", "process_vm_readv", "timer_create", "chown", "lchown", "fchownat", "openat2", "getrandom", "seccomp",
		"perf_event_open", "userfaultfd", "no_such_call", "socketcall", "ipc", "stat64", "chown32", "mmap2", "fcntl64", "newfstatat", "statx",
		"clock_gettime64", "futex_time64", "arch_prctl", "vm86", "modify_ldt", "set_tls", "cacheflush", "riscv_flush_icache"}, services...)
	return names[r.IntN(len(names))]
}

// conditions draws comparisons of values that are near each other.
func conditions(r *rand.Rand) string {
	value := func() uint64 {
		v := uint64(r.IntN(4))
		if r.IntN(4) == 0 {
			v |= uint64(r.IntN(3)) << 32
		}
		if r.IntN(8) == 0 {
			v = 1<<r.IntN(64) - uint64(r.IntN(2))
		}
		return v
	}
	var text strings.Builder
	text.WriteByte(' ')
	for _, arg := range r.Perm(6)[:1+r.IntN(3)] {
		op := []string{"==", "==", "!=", "<", "<=", ">", ">=", "&="}[r.IntN(8)]
		fmt.Fprintf(&text, "[%d,%d,%s", arg, value(), op)
		if op == "&=" && r.IntN(8) > 0 {
			fmt.Fprintf(&text, ",%d", value())
		}
		text.WriteByte(']')
	}
	return text.String()
}
