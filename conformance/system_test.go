//go:build linux

package conformance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/grammar/source"
)

// TestSystemConfiguration has lxc-config judge random system configurations, in a
// mount namespace where /etc/lxc is a directory of the test's.
func TestSystemConfiguration(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting over /etc/lxc needs root")
	}
	if _, err := exec.LookPath("lxc-config"); err != nil {
		t.Skip("lxc-config is not installed")
	}
	if _, err := os.Stat("/etc/lxc"); err != nil {
		t.Skip("there is no /etc/lxc to mount over")
	}
	const key, unset = "lxc.default_config", "/etc/lxc/default.conf"
	r := rand.New(rand.NewPCG(1, 0))
	parts := []string{key, key, key, "lxc.lxcpath", "lxc.default_configs", " ", "\t", "=", "=", "#", "\n", "\n", "/a", "b c", "\"", "\r", "\f", "x"}
	dir := t.TempDir()
	var texts []string
	for i := range 300 {
		var text strings.Builder
		for range 1 + r.IntN(14) {
			text.WriteString(parts[r.IntN(len(parts))])
		}
		texts = append(texts, text.String())
		if err := os.MkdirAll(filepath.Join(dir, fmt.Sprint(i)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i), "lxc.conf"), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := `i=0; while [ $i -lt $1 ]; do mount --bind $i /etc/lxc; lxc-config ` + key + `; echo .; umount /etc/lxc; i=$((i+1)); done`
	cmd := exec.Command("unshare", "-m", "sh", "-c", script, "sh", fmt.Sprint(len(texts)))
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lxc-config: %v", err)
	}
	answers := strings.Split(string(out), "\n.\n")
	for i, text := range texts {
		got, ok := keys.SystemValue(source.File{Name: "lxc.conf", Text: text}, key)
		if !ok {
			got = unset
		}
		if got != answers[i] {
			t.Errorf("%q: %q, lxc-config says %q", text, got, answers[i])
		}
	}
}
