package apparmor

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden profile")

// matches reports whether a path, relative to the directory, is one that globs match:
// each with {,/**} behind it, or /**.
func matches(whole, below []string, path string) bool {
	for _, g := range whole {
		if glob(g + "{,/**}").MatchString(path) {
			return true
		}
	}
	for _, g := range below {
		if glob(g + "/**").MatchString(path) {
			return true
		}
	}
	return false
}

// glob translates what except writes (apparmor.d(5), globbing).
func glob(g string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.NewReplacer("{,/**}", "(/.+)?", "/**", "/.+", ".", `\.`, "*", "[^/]*", "?", "[^/]").Replace(g) + "$")
}

// Everything but the exceptions is matched, whatever it is called.
func TestExcept(t *testing.T) {
	whole, below := except("kernel/hostname", "kernel/shm*", "kernel/sem*", "net/**", "kernel/sub/in/**")
	for path, want := range map[string]bool{
		"fs": true, "fs/file-max": true, "a/b/c": true, "nett": true, "kernels": true, "kernelx/y": true,
		"kernel/hostnames": true, "kernel/host_name": true, "kernel/sysrq": true, "kernel/shX": true, "kernel/subs": true, "kernel/suc": true,
		"kernel/shmmax/x": true, "kernel/sub/out": true, "kernel/sub/inn": true, "kernel/sub/i_n/x": true,
		"kernel/hostname": false, "kernel/shmmax": false, "kernel/shm_rmid_forced": false, "kernel/sem": false,
		"net": false, "net/ipv4/ip_forward": false, "kernel/sub/in": false, "kernel/sub/in/deep/er": false,
	} {
		if got := matches(whole, below, path); got != want {
			t.Errorf("%q is matched: %v, want %v", path, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	if got := Name("web", "/var/lib/lxc"); got != "lxc-web_</var/lib/lxc>" {
		t.Errorf("the profile is called %q", got)
	}
	if got := Namespace("web", "/var/lib/lxc"); got != "lxc-web_<-var-lib-lxc>" {
		t.Errorf("the namespace is called %q", got)
	}
}

// What the options add and take away, and the whole of a profile.
func TestProfile(t *testing.T) {
	plain := Profile(Options{Name: "p"})
	full := Profile(Options{Name: "lxc-web_</srv/[a]>", Namespace: "lxc-web_<-srv-[a]>", CgroupNamespaces: true, UserNamespace: true, Nesting: true,
		Raw: []string{"deny /proc/kcore rw,"}})
	for _, words := range []string{"pivot_root", "fstype=cgroup2", "change_profile", "\n  mount,", "kcore rw,"} {
		if strings.Contains(plain, words) || !strings.Contains(full, words) {
			t.Errorf("%q: without options %v, with all of them %v", words, strings.Contains(plain, words), strings.Contains(full, words))
		}
	}
	// A container without a policy namespace may not load policies for the host.
	if !strings.Contains(plain, "deny /sys/kernel{,/**} wklx") || strings.Contains(full, "deny /sys/kernel{,/**} wklx") {
		t.Error("the host's policies are protected where they need not be, or are not where they have to be")
	}
	const golden = "testdata/full.profile"
	if *update {
		if err := os.WriteFile(golden, []byte(full), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), full); diff != "" {
		t.Errorf("the profile (-want +got):\n%s", diff)
	}
}
