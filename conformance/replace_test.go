//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReplacing does what docs/replace-lxc-start.md says, with a /usr/local/bin of its
// own, and starts a container in between.
func TestReplacing(t *testing.T) {
	requireStock(t)
	text, err := os.ReadFile(filepath.Join(repository(t), "docs/replace-lxc-start.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 3 {
		t.Fatalf("the page has %d pieces of script, want three", len(blocks))
	}
	put, check, take := blocks[0][1], blocks[1][1], blocks[2][1]
	c := newContainer(t, 0, nil)
	c.fresh(t)
	script := `set -eu
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
cp "$LXCFG" /usr/local/bin/lxcfg
start() { lxc-start -F -P "$P" "$NAME" -o "$P/log" -l info -- /bin/true; lxc-execute -P "$P" "$NAME" -- /bin/sh -c 'exit 3' || echo "$?"; grep -c 'default:spawn:0' "$P/log" || :; rm "$P/log"; }
start
` + put + check + "start\n" + take + "command -v lxc-start\nstart\n"
	cmd := exec.Command("unshare", "-m", "--propagation", "private", "sh", "-c", script)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LXCFG=" + lxcfg(t), "P=" + c.lxcpath, "NAME=" + containerName}
	out, err := cmd.CombinedOutput()
	want := []string{"3", "0", "/usr/local/bin/lxc-start", `.*This is lxcfg.*`, "3", "1", "/usr/bin/lxc-start", "3", "0"}
	if err != nil || !regexp.MustCompile("^"+strings.Join(want, "\n")+"\n$").Match(out) {
		t.Errorf("%v: the scripts say\n%swant\n%s", err, out, strings.Join(want, "\n"))
	}
}

// TestUnit has systemd read the unit.
func TestUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	unit, err := os.ReadFile(filepath.Join(repository(t), "contrib/systemd/lxcfg@.service"))
	if err != nil {
		t.Fatal(err)
	}
	// What it executes has to be there to be verified.
	text := strings.ReplaceAll(string(unit), "/usr/local/bin/lxcfg", lxcfg(t))
	text = strings.ReplaceAll(text, "/usr/bin/lxc-stop", "/bin/true")
	file := filepath.Join(t.TempDir(), "lxcfg@.service")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	instance := filepath.Join(filepath.Dir(file), "lxcfg@web.service")
	if err := os.Symlink(file, instance); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "verify", "--recursive-errors=no", "--man=no", instance).CombinedOutput()
	var told []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, filepath.Dir(file)) || strings.Contains(line, "lxcfg@") {
			told = append(told, line)
		}
	}
	if err != nil || len(told) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
