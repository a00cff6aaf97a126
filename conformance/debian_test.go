//go:build linux

package conformance

import (
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile/lint"
	"lxcfg/grammar/diag"
)

// TestDebianConfigurations judges every configuration that Debian's packages
// install, the compressed examples too.
func TestDebianConfigurations(t *testing.T) {
	var texts []string
	for _, root := range []string{"/usr/share/lxc/config", "/etc/lxc", "/usr/share/doc/lxc/examples"} {
		filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			plain := strings.TrimSuffix(name, ".gz")
			if err != nil || entry.IsDir() || filepath.Ext(plain) != ".conf" || plain == "/etc/lxc/lxc.conf" || strings.Contains(entry.Name(), "seccomp") {
				return nil // nothing installed there, or a file of another language
			}
			texts = append(texts, readPlain(t, name))
			return nil
		})
	}
	if len(texts) == 0 {
		t.Skip("no configurations of LXC are installed")
	}
	judgeAll(t, texts)
}

// readPlain reads a file, uncompressed.
func readPlain(t *testing.T, name string) string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	data, err := io.ReadAll(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(data)
}

// TestDebianConfigurationsAreClean holds that nothing is found to be an error in what
// Debian's packages install, and nothing at all in a new container.
func TestDebianConfigurationsAreClean(t *testing.T) {
	var names []string
	for _, pattern := range []string{"/usr/share/lxc/config/*.conf", "/usr/share/lxc/config/*/*.conf", "/usr/share/lxc/config/*.seccomp", "/etc/lxc/*.conf"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) == 0 {
		t.Skip("no configurations of LXC are installed")
	}
	for _, f := range lint.Run(lint.Request{Names: names, Files: hostTree("/")}).Findings {
		if f.Severity == diag.Error || f.Code != "key/removed" && f.Severity == diag.Warning {
			t.Errorf("%s: %s: %s", f.Subject.String(), f.Code, f.Summary)
		}
	}
	dir := t.TempDir()
	create := exec.Command("lxc-create", "-P", dir, "-n", "web", "-t", "busybox")
	if output, err := create.CombinedOutput(); err != nil {
		t.Skipf("LXC makes no container of its busybox template: %v: %s", err, output)
	}
	for _, f := range lint.Run(lint.Request{Names: []string{filepath.Join(dir, "web/config")}, Files: hostTree("/")}).Findings {
		t.Errorf("a new container: %s: %s: %s", f.Subject.String(), f.Code, f.Summary)
	}
}
