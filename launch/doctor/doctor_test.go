//go:build linux

package doctor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// demand is an op that has any requirement: what hooks, networks and storage ask for.
type demand struct {
	plan.Hostname
	needs []plan.Requirement
}

func (d demand) Kind() plan.Kind              { return "demand" }
func (d demand) Requires() []plan.Requirement { return d.needs }

// need is a step with one requirement of the host.
func need(n plan.Need, object string) demand {
	return demand{needs: []plan.Requirement{{Need: n, Object: object}}}
}

// draft makes the draft of a plan of ops, in their order.
func draft(facts plan.Facts, ops ...plan.Op) plan.Plan {
	b := plan.Builder{Container: "doctor", LXCPath: "/nonexistent", Facts: facts}
	for _, op := range ops {
		b.Add(plan.AtMountEntry, op, "a reason")
	}
	return b.Draft()
}

// foundBy lists what the doctor finds: "error host/path".
func foundBy(p plan.Plan) []string {
	findings, _ := Examine(p)
	var list []string
	for _, f := range findings {
		list = append(list, fmt.Sprintf("%s %s", []string{"info", "warning", "error"}[f.Severity], f.Code))
	}
	return list
}

// expect compares what the doctor finds with what is wanted.
func expect(t *testing.T, p plan.Plan, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, foundBy(p)); diff != "" {
		findings, _ := Examine(p)
		t.Errorf("findings (-want +got):\n%s\n%+v", diff, findings)
	}
}

// script makes an executable file.
func script(t *testing.T, mode os.FileMode, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "hook.sh")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestEveryNeedHasAProbe(t *testing.T) {
	for _, n := range plan.AllNeeds() {
		if probeOf(n) == nil {
			t.Errorf("nothing looks for a %s", n)
		}
	}
	if len(probes) != len(plan.AllNeeds()) {
		t.Errorf("there are %d probes for %d needs", len(probes), len(plan.AllNeeds()))
	}
}

func TestPaths(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing")
	for name, c := range map[string]struct {
		ops  []plan.Op
		want []string
	}{
		"a directory that is there":     {[]plan.Op{plan.Bind{Source: dir, Target: "/a", Create: plan.CreateDir}}, nil},
		"a file that is there":          {[]plan.Op{plan.Bind{Source: file, Target: "/a", Create: plan.CreateFile}}, nil},
		"nothing":                       {[]plan.Op{plan.Bind{Source: missing, Target: "/a", Create: plan.CreateDir}}, []string{"error host/path"}},
		"nothing, which is let pass":    {[]plan.Op{plan.Bind{Source: missing, Target: "/a", Create: plan.CreateDir, Optional: true}}, nil},
		"nothing, skipped when missing": {[]plan.Op{plan.Bind{Source: missing, Target: "/a", SkipMissing: true}}, nil},
		"nothing yet": {[]plan.Op{demand{needs: []plan.Requirement{{Need: plan.NeedCommand, Object: "/bin/sh", Makes: true}}},
			plan.Bind{Source: missing, Target: "/a", Create: plan.CreateDir}}, []string{"info host/path"}},
		"nothing, made too late": {[]plan.Op{plan.Bind{Source: missing, Target: "/a", Create: plan.CreateDir},
			demand{needs: []plan.Requirement{{Need: plan.NeedCommand, Object: "/bin/sh", Makes: true}}}}, []string{"error host/path"}},
		"a file on a directory":      {[]plan.Op{plan.Bind{Source: file, Target: "/a", Create: plan.CreateDir}}, []string{"error host/path-kind"}},
		"a directory on a file":      {[]plan.Op{plan.Bind{Source: dir, Target: "/a", Create: plan.CreateFile}}, []string{"error host/path-kind"}},
		"a path of the container":    {[]plan.Op{plan.Bind{Source: missing, InContainer: true, Target: "/a", Create: plan.CreateDir}}, nil},
		"a file for a root":          {[]plan.Op{plan.Rootfs{Source: file, At: dir}}, []string{"error host/path"}},
		"the same path twice":        {[]plan.Op{need(plan.NeedPath, missing), need(plan.NeedPath, missing)}, []string{"error host/path"}},
		"a path that leads nowhere":  {[]plan.Op{need(plan.NeedPath, file+"/below")}, []string{"info host/path"}},
		"a device that is not there": {[]plan.Op{need(plan.NeedPath, "/dev/nosuch")}, []string{"error host/path"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, draft(plan.Facts{}, c.ops...), c.want...) })
	}
}

// openDir makes a directory that every user may pass.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "lxcfg-doctor-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// idMap is a map like those of /etc/subuid.
var idMap = plan.IDMapWrite{UIDs: plan.ListOf(plan.IDMap{Host: 100000, Range: 65536}), GIDs: plan.ListOf(plan.IDMap{Host: 100000, Range: 65536})}

func TestPassage(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives files to other users, which takes root")
	}
	// acl lets one user search a directory of nobody else's.
	acl := func(t *testing.T, dir string, uid uint32) {
		entry := func(tag, perm uint16, id uint32) []byte {
			return []byte{byte(tag), byte(tag >> 8), byte(perm), byte(perm >> 8), byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)}
		}
		none := ^uint32(0)
		data := []byte{2, 0, 0, 0}
		for _, e := range [][]byte{entry(1, 7, none), entry(2, 1, uid), entry(4, 0, none), entry(0x10, 1, none), entry(0x20, 0, none)} {
			data = append(data, e...)
		}
		if err := unix.Setxattr(dir, "system.posix_acl_access", data, 0); err != nil {
			t.Skipf("this file system has no access control lists: %v", err)
		}
	}
	for name, c := range map[string]struct {
		mode     os.FileMode
		uid, gid int
		acl      uint32
		mapped   bool
		want     []string
	}{
		"closed, and no id map":             {mode: 0o700, want: nil},
		"closed":                            {mode: 0o700, mapped: true, want: []string{"error host/passage"}},
		"open to all":                       {mode: 0o701, mapped: true},
		"to be read but not passed":         {mode: 0o744, mapped: true, want: []string{"error host/passage"}},
		"the container's own":               {mode: 0o700, uid: 100000, mapped: true},
		"the container's, closed to itself": {mode: 0o000, uid: 100000, mapped: true, want: []string{"error host/passage"}},
		"one of its ids'":                   {mode: 0o000, uid: 100005, gid: 100005, mapped: true},
		"its group's":                       {mode: 0o710, gid: 100000, mapped: true},
		"its group's, who may not":          {mode: 0o701, gid: 100000, mapped: true, want: []string{"error host/passage"}},
		"open to it by a list":              {mode: 0o700, acl: 100000, mapped: true},
		"open to another by a list":         {mode: 0o700, acl: 100001, mapped: true, want: []string{"error host/passage"}},
	} {
		t.Run(name, func(t *testing.T) {
			base := openDir(t)
			closed := filepath.Join(base, "closed")
			rootfs := filepath.Join(closed, "web/rootfs")
			if err := os.MkdirAll(rootfs, 0o755); err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{os.Chown(closed, c.uid, c.gid), os.Chmod(closed, c.mode), os.Chown(rootfs, 100000, 100000)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.acl != 0 {
				acl(t, closed, c.acl)
			}
			ops := []plan.Op{plan.Rootfs{Source: rootfs, At: rootfs}}
			if c.mapped {
				ops = append([]plan.Op{idMap}, ops...)
			}
			b := plan.Builder{Container: "doctor"}
			for _, op := range ops {
				at := plan.AtRootfs
				if _, is := op.(plan.IDMapWrite); is {
					at = plan.AtIDMap
				}
				b.Add(at, op, "a reason")
			}
			expect(t, b.Draft(), c.want...)
		})
	}
}

func TestRootfsOfOtherIDs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives files to other users, which takes root")
	}
	rootfs := openDir(t)
	b := plan.Builder{Container: "doctor"}
	b.Add(plan.AtIDMap, idMap, "a reason")
	b.Add(plan.AtRootfs, plan.Rootfs{Source: rootfs, At: rootfs}, "a reason")
	expect(t, b.Draft(), "warning host/not-shifted")
	if err := os.Chown(rootfs, 100000, 100000); err != nil {
		t.Fatal(err)
	}
	expect(t, b.Draft())
}

func TestCommands(t *testing.T) {
	sound := script(t, 0o755, "#!/bin/sh\nexit 0\n")
	for name, c := range map[string]struct {
		command string
		want    []string
	}{
		"sound":                      {sound, nil},
		"with arguments":             {sound + " up 'and down'", nil},
		"on the path":                {"true --help", nil},
		"not on the path":            {"nosuchprogram", []string{"error host/command"}},
		"missing":                    {"/nonexistent/hook", []string{"error host/command"}},
		"a directory":                {filepath.Dir(sound), []string{"error host/command"}},
		"not executable":             {script(t, 0o644, "#!/bin/sh\n"), []string{"error host/command"}},
		"run by nothing":             {script(t, 0o755, "#!/nonexistent/python\n"), []string{"error host/command"}},
		"edited on another system":   {script(t, 0o755, "#!/bin/sh\r\nexit 0\r\n"), []string{"error host/command"}},
		"without a first line":       {script(t, 0o755, "exit 0\n"), []string{"warning host/command"}},
		"a program":                  {"/bin/true", nil},
		"what only a shell can tell": {"$HOME/hook", nil},
		"nothing":                    {"", nil},
	} {
		t.Run(name, func(t *testing.T) { expect(t, draft(plan.Facts{}, need(plan.NeedCommand, c.command)), c.want...) })
	}
}

// TestBrokenPrograms looks at programs that are cut off and bent: none stops the doctor.
func TestBrokenPrograms(t *testing.T) {
	sound, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	name := script(t, 0o755, "")
	look := func(text []byte) {
		t.Helper()
		if err := os.WriteFile(name, text, 0o755); err != nil {
			t.Fatal(err)
		}
		foundBy(draft(plan.Facts{}, need(plan.NeedCommand, name)))
	}
	for length := range 200 {
		look(sound[:length])
	}
	for at := range 200 {
		for _, value := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			bent := slices.Clone(sound[:1024])
			bent[at] = value
			look(bent)
		}
	}
}

func TestPrograms(t *testing.T) {
	expect(t, draft(plan.Facts{}, need(plan.NeedProgram, "sh")))
	expect(t, draft(plan.Facts{}, need(plan.NeedProgram, "nosuchprogram")), "error host/program")
	t.Setenv("PATH", "")
	if _, err := os.Stat("/usr/sbin/ip"); err == nil {
		expect(t, draft(plan.Facts{}, need(plan.NeedProgram, "ip")))
	}
}

func TestLinks(t *testing.T) {
	facts := plan.Facts{Links: plan.ListOf(plan.Link{Name: "eth9", Exists: true}, plan.Link{Name: "br9", Exists: true, Kind: "bridge"})}
	expect(t, draft(facts, need(plan.NeedLink, "eth9"), need(plan.NeedBridge, "br9")))
	expect(t, draft(facts, need(plan.NeedLink, "nosuch0")), "error host/link")
	expect(t, draft(facts, need(plan.NeedBridge, "lxcbr0")), "error host/bridge")
	expect(t, draft(facts, need(plan.NeedBridge, "eth9")), "error host/bridge")
}

func TestKernel(t *testing.T) {
	facts := plan.Facts{Kernel: "6.1.0-28-amd64"}
	for object, want := range map[string][]string{"5.12": nil, "6.1": nil, "6.1.0": nil, "6.2": {"error host/kernel"}, "7.0": {"error host/kernel"}} {
		expect(t, draft(facts, need(plan.NeedKernel, object)), want...)
	}
	expect(t, draft(facts, need(plan.NeedFileSystem, "tmpfs"), need(plan.NeedSysctl, "net/ipv4/ip_forward"), need(plan.NeedSysctl, "net/ipv4/conf/eth0/forwarding")))
	expect(t, draft(facts, need(plan.NeedSysctl, "net/nosuch")), "error host/sysctl")
	if installedModules().listed != "" {
		expect(t, draft(facts, need(plan.NeedFileSystem, "nosuchfs"), need(plan.NeedModule, "nosuch")), "error host/filesystem", "error host/module")
	} else {
		expect(t, draft(facts, need(plan.NeedFileSystem, "nosuchfs"), need(plan.NeedModule, "nosuch")), "warning host/filesystem")
	}
	b := plan.Builder{Container: "doctor"}
	b.Add(plan.AtIDMap, idMap, "a reason")
	b.Add(plan.AtMountEntry, need(plan.NeedFileSystem, "ext4"), "a reason")
	b.Add(plan.AtMountEntry, need(plan.NeedFileSystem, "tmpfs"), "a reason")
	expect(t, b.Draft(), "error host/filesystem")
}

func TestInsideTheContainer(t *testing.T) {
	rootfs := t.TempDir()
	for _, dir := range []string{"dev", "mnt", "usr/sbin", "srv"} {
		if err := os.MkdirAll(filepath.Join(rootfs, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"sbin": "/usr/sbin", "usr/sbin/init": "/usr/sbin/real", "out": "/etc", "loop": "loop", "lib": "usr/lib", "lib64": "usr/lib64"} {
		if err := os.Symlink(to, filepath.Join(rootfs, link)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"usr/sbin/real": "#!/sbin/init\n", "usr/sbin/closed": "", "usr/sbin/orphan": "#!/usr/bin/python9\n", "usr/sbin/headless": "exit 0\n"} {
		if err := os.WriteFile(filepath.Join(rootfs, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(rootfs, "usr/sbin/closed"), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("/bin/sh") // linked to the C library
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(rootfs, "usr/sbin/dynamic"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	tmpfs := func(target string) plan.Mount { return plan.Mount{Source: "none", Target: target, FSType: "tmpfs"} }
	bind := func(target string) plan.Bind { return plan.Bind{Source: "/", Target: target} }
	exec := func(paths ...string) plan.Exec { return plan.Exec{Paths: plan.ListOf(paths...)} }
	for name, c := range map[string]struct {
		ops  []plan.Op
		want []string
	}{
		"a target that is there":           {[]plan.Op{bind("/mnt")}, nil},
		"a target that is not":             {[]plan.Op{bind("/nosuch")}, []string{"error host/target"}},
		"a target over a link":             {[]plan.Op{bind("/out")}, []string{"error host/target"}},
		"a target on a new file system":    {[]plan.Op{tmpfs("/dev"), bind("/dev/fuse")}, []string{"error host/target"}},
		"one that a step makes there":      {[]plan.Op{tmpfs("/dev"), plan.Directory{Path: "/dev/pts"}, bind("/dev/pts")}, nil},
		"one on a directory of the host":   {[]plan.Op{plan.Bind{Source: rootfs, Target: "/mnt"}, bind("/mnt/srv"), bind("/mnt/nosuch")}, []string{"error host/target"}},
		"one that is mounted on already":   {[]plan.Op{tmpfs("/mnt"), bind("/mnt")}, nil},
		"one on what cannot be looked at":  {[]plan.Op{plan.Mount{Source: "proc", Target: "/mnt", FSType: "proc"}, bind("/mnt/sys")}, nil},
		"init, over links":                 {[]plan.Op{exec("/sbin/init")}, nil},
		"the second of two":                {[]plan.Op{exec("/bin/init", "/usr/sbin/real")}, nil},
		"none of two":                      {[]plan.Op{exec("/bin/a", "/usr/bin/a")}, []string{"error host/init"}},
		"one that nobody may execute":      {[]plan.Op{exec("/usr/sbin/closed")}, []string{"error host/init"}},
		"one that nothing runs":            {[]plan.Op{exec("/sbin/orphan")}, []string{"error host/init"}},
		"one without its linker":           {[]plan.Op{exec("/sbin/dynamic")}, []string{"error host/init"}},
		"one that does not say what does":  {[]plan.Op{exec("/sbin/headless")}, []string{"warning host/init"}},
		"a directory":                      {[]plan.Op{exec("/sbin")}, []string{"error host/init"}},
		"a start hook":                     {[]plan.Op{plan.Hook{Pivoted: true, Program: "/sbin/real"}}, nil},
		"a start hook that is missing":     {[]plan.Op{plan.Hook{Pivoted: true, Program: "/sbin/hook"}}, []string{"error host/command"}},
		"a command below the minimal init": {[]plan.Op{plan.Init{Paths: plan.ListOf("/bin/none", "/sbin/headless")}}, []string{"warning host/command"}},
		"one of the host, over a link":     {[]plan.Op{plan.Bind{Source: "/usr", Target: "/usr"}, exec("/sbin/../bin/env")}, nil},
		"one of the host that is not":      {[]plan.Op{plan.Bind{Source: "/usr", Target: "/usr"}, exec("/sbin/real")}, []string{"error host/init"}},
		"links that lead nowhere":          {[]plan.Op{exec("/loop")}, []string{"error host/init"}},
		"init below a mount":               {[]plan.Op{plan.Mount{Source: "x", Target: "/srv", FSType: "9p"}, exec("/srv/init")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ops := append([]plan.Op{plan.Rootfs{Source: rootfs, At: rootfs}}, c.ops...)
			var got []string
			for _, f := range foundBy(draft(plan.Facts{}, ops...)) {
				if !strings.HasSuffix(f, "filesystem") {
					got = append(got, f)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A cgroup that a killed launcher has left, and one in use.
func TestLeftCgroups(t *testing.T) {
	parents, _ := filepath.Glob("/sys/fs/cgroup/pids")
	dir := filepath.Join(append(parents, "/sys/fs/cgroup")[0], fmt.Sprintf("lxcfg-doctor-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skipf("makes a cgroup: %v", err)
	}
	defer os.Remove(dir)
	p := draft(plan.Facts{}, demand{needs: []plan.Requirement{{Need: plan.NeedFreeCgroup, Object: dir}}})
	expect(t, p, "warning host/cgroup-left")
	expect(t, draft(plan.Facts{}, demand{needs: []plan.Requirement{{Need: plan.NeedFreeCgroup, Object: dir, Exact: true}}}), "error host/cgroup-left")
	expect(t, draft(plan.Facts{}, need(plan.NeedFreeCgroup, dir+"-1")))

	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		sleep.Process.Kill()
		sleep.Wait()
	}()
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(fmt.Sprint(sleep.Process.Pid)), 0); err != nil {
		t.Fatal(err)
	}
	expect(t, p, "warning host/cgroup-used")
}

// An image that a killed launcher has left attached to a loop device.
func TestLeftImage(t *testing.T) {
	image := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(image, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	expect(t, draft(plan.Facts{}, need(plan.NeedFreeImage, image)))
	out, err := exec.Command("losetup", "--find", "--show", image).CombinedOutput()
	if err != nil {
		t.Skipf("attaches a loop device: %v: %s", err, out)
	}
	defer exec.Command("losetup", "-d", strings.TrimSpace(string(out))).Run()
	expect(t, draft(plan.Facts{}, need(plan.NeedFreeImage, image)), "warning host/image")
}

// A container that LXC's monitor serves.
func TestRunning(t *testing.T) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	path := fmt.Sprintf("/nonexistent/%d", os.Getpid())
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: "@" + path + "/web/command"}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	b := plan.Builder{Container: "web", LXCPath: path}
	expect(t, b.Draft(), "warning host/running")
	b.Container = "mail"
	expect(t, b.Draft())
	b.Add(plan.AtSpawn, plan.Spawn{Join: plan.ListOf(plan.Join{Namespace: plan.NamespaceNet, Container: "web"})}, "a reason")
	expect(t, b.Draft())
	b.Add(plan.AtSpawn, plan.Spawn{Join: plan.ListOf(plan.Join{Namespace: plan.NamespaceNet, Container: "db"})}, "a reason")
	expect(t, b.Draft(), "error host/not-running")
}
