//go:build linux

package conformance

import (
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
