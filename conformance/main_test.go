//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// shared is a directory for what several tests need: the binary under test and a
// container to copy.
var shared string

// TestMain gives the tests their shared directory and takes it away.
func TestMain(m *testing.M) {
	if os.Getenv(confineVariable) != "" {
		confine()
	}
	if len(os.Args) > 1 && os.Args[1] == killedLauncher {
		launchAndDie(os.Args[2:])
	}
	var err error
	if shared, err = os.MkdirTemp("", "lxcfg-conformance-"); err == nil {
		err = os.Chmod(shared, 0o755) // some tests run the binary as another user
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "make the tests' shared directory:", err)
		os.Exit(1)
	}
	// What whoever runs the tests has left open is not to be found in containers.
	for fd := 3; fd < 1024; fd++ {
		syscall.CloseOnExec(fd)
	}
	code := m.Run()
	os.RemoveAll(shared)
	os.Exit(code)
}

// build makes the binary as it is shipped, for the first test that asks. LXCFG_BINARY
// names one that is built already, for machines without Go: it is copied, to where
// another user finds it.
var build = sync.OnceValues(func() ([]byte, error) {
	if made := os.Getenv("LXCFG_BINARY"); made != "" {
		return exec.Command("cp", made, filepath.Join(shared, "lxcfg")).CombinedOutput()
	}
	compile := exec.Command("go", "build", "-o", filepath.Join(shared, "lxcfg"), "./cmd/lxcfg")
	compile.Dir = ".."
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")
	return compile.CombinedOutput()
})

// lxcfg returns the path of the binary under test.
func lxcfg(t testing.TB) string {
	t.Helper()
	if out, err := build(); err != nil {
		t.Fatalf("build lxcfg: %v\n%s", err, out)
	}
	return filepath.Join(shared, "lxcfg")
}

// repository is the module's root: tests run in the folder of their package.
func repository(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatalf("find the module's root: %v", err)
	}
	return root
}
