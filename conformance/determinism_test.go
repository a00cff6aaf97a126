package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPlansAreTheSameEverywhere makes the plan of one configuration and one file of
// facts in surroundings that differ in all that a program can notice. The bytes are
// the same.
func TestPlansAreTheSameEverywhere(t *testing.T) {
	dir := t.TempDir()
	facts := filepath.Join(dir, "facts.json")
	if err := os.WriteFile(facts, []byte(factsOfRoot), 0o644); err != nil {
		t.Fatal(err)
	}
	config := planExample(t)
	for _, d := range []string{dir, filepath.Dir(config), filepath.Dir(dir), filepath.Dir(filepath.Dir(config))} {
		if err := os.Chmod(d, 0o755); err != nil { // another user has to get there
			t.Fatal(err)
		}
	}
	planned := func(t *testing.T, dir string, env []string, wrap ...string) string {
		t.Helper()
		args := append(wrap, lxcfg(t), "plan", "--facts", facts, "-f", config, "--format", "json", "--show-values")
		command := exec.Command(args[0], args[1:]...)
		command.Dir, command.Env = dir, append([]string{"PATH=" + os.Getenv("PATH")}, env...)
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", strings.Join(args, " "), err)
		}
		return string(out)
	}
	want := planned(t, "/", nil)
	for name, run := range map[string]struct {
		dir  string
		env  []string
		wrap []string
	}{
		"again":                   {dir: "/"},
		"in another directory":    {dir: dir},
		"in another language":     {dir: "/", env: []string{"LANG=tr_TR.UTF-8", "LC_ALL=de_DE.UTF-8", "LANGUAGE=ja"}},
		"in another time zone":    {dir: "/", env: []string{"TZ=Asia/Kathmandu"}},
		"in another home":         {dir: "/", env: []string{"HOME=" + dir, "USER=ann", "LOGNAME=ann"}},
		"on one processor":        {dir: "/", env: []string{"GOMAXPROCS=1"}},
		"on many processors":      {dir: "/", env: []string{"GOMAXPROCS=16"}},
		"short of memory":         {dir: "/", env: []string{"GOGC=1", "GOMEMLIMIT=8MiB"}},
		"with variables of lxcfg": {dir: "/", env: []string{"NO_COLOR=1", "COLUMNS=40", "TOKEN=other", "LXC_NAME=other"}},
		"in other namespaces":     {dir: "/", wrap: []string{"unshare", "-m", "-n", "-u", "-i"}},
		"as another user":         {dir: "/", wrap: []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}},
		"with another umask":      {dir: "/", wrap: []string{"sh", "-c", `umask 077; exec "$0" "$@"`}},
	} {
		t.Run(name, func(t *testing.T) {
			if len(run.wrap) > 0 {
				if _, err := exec.LookPath(run.wrap[0]); err != nil || os.Geteuid() != 0 {
					t.Skipf("takes root and %s", run.wrap[0])
				}
			}
			if got := planned(t, run.dir, run.env, run.wrap...); got != want {
				t.Errorf("the plan is another:\n%s\nwant\n%s", got, want)
			}
		})
	}
	t.Run("from a copy with other times", func(t *testing.T) {
		if err := os.Chtimes(config, time.Unix(0, 0), time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if got := planned(t, "/", nil); got != want {
			t.Errorf("the plan is another:\n%s\nwant\n%s", got, want)
		}
	})
}
