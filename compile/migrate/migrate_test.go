package migrate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar/source"
)

// rewrite migrates a text and returns it with the notes, "line code" each.
func rewrite(from, to keys.Version, text string, includes map[string]string) (string, string) {
	result := migrate.Rewrite(migrate.Request{File: source.File{Name: "config", Text: text}, From: from, To: to,
		Include: func(name string) []source.File {
			if included, ok := includes[name]; ok {
				return []source.File{{Name: name, Text: included}}
			}
			return nil
		}})
	var notes []string
	for _, n := range result.Notes {
		if n.Severity.String() == "warning" {
			notes = append(notes, fmt.Sprintf("%d %s", n.Subject.Start.Line, n.Code))
		}
	}
	return result.Files[0].New, strings.Join(notes, ", ")
}

func TestRewrite(t *testing.T) {
	for name, c := range map[string]struct {
		from, to    keys.Version
		text, want  string
		notes       string
		wantTheSame bool
	}{
		"names":                           {text: "lxc.utsname = web\nlxc.tty = 4\n", want: "lxc.uts.name = web\nlxc.tty.max = 4\n"},
		"layout stays":                    {text: "\n# a\n  lxc.utsname=web\t\r\n\n\nfoo\nlxc.loglevel  =  1", want: "\n# a\n  lxc.uts.name=web\t\r\n\n\nfoo\nlxc.log.level  =  1"},
		"a lone CR ends a line":           {text: "lxc.utsname = a\rlxc.tty = 1\n", want: "lxc.uts.name = a\rlxc.tty.max = 1\n"},
		"behind a NUL nothing is read":    {text: "lxc.utsname = a\n\x00lxc.tty = 1\n", want: "lxc.uts.name = a\n\x00lxc.tty = 1\n"},
		"quotes stay":                     {text: "lxc.utsname = \"web\"\n", want: "lxc.uts.name = \"web\"\n"},
		"quotes of LXC 1 are text":        {from: keys.V1_0, text: "lxc.utsname = \"web\"\n", want: "lxc.uts.name = \"\"web\"\"\n"},
		"a CR of LXC 1 is text":           {from: keys.V1_0, text: "lxc.utsname = web\r\n", want: "lxc.uts.name = web\r\n"},
		"a CR of LXC 1 behind quotes":     {from: keys.V1_0, text: "lxc.utsname = 'web' \r\n", want: "lxc.uts.name = \"'web'\" \r\n"},
		"a CR inside a line of LXC 1":     {from: keys.V1_0, text: "# a\rlxc.x\nlxc.utsname = a\rb\n", want: "# a lxc.x\n# lxc.utsname = a b (no value can hold a carriage return)\n", notes: "2 migrate/carriage-return"},
		"longer names of LXC 1":           {from: keys.V1_0, text: "lxc.ttyfoo = 4\nlxc.network.type = veth\n", want: "lxc.tty.max = 4\nlxc.net.0.type = veth\n"},
		"names of later keys":             {from: keys.V1_0, text: "lxc.cgroup2.pids.max = 5\nlxc.cgroups = 1\n", wantTheSame: true, notes: "2 migrate/meaning"},
		"longer names of a section":       {from: keys.V1_0, text: "lxc.network.type = veth\nlxc.network.0.ipv4x = 10.0.0.1/8\n", want: "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.1/8\n"},
		"nothing before LXC 2.1":          {to: keys.V2_0, text: "lxc.utsname = web\nlxc.kmsg = 1\n", wantTheSame: true},
		"what LXC 2.0 reads otherwise":    {from: keys.V1_0, to: keys.V2_0, text: "lxc.ttyfoo = 4x\nlxc.utsname = 'web'\nlxc.network.type = veth\n", want: "lxc.tty = 4\nlxc.utsname = \"'web'\"\nlxc.network.type = veth\n"},
		"nothing in a file of today":      {text: "lxc.uts.name = web\nlxc.mount.auto = sys\nlxc.tty.max = 010\n", wantTheSame: true},
		"numbers":                         {text: "lxc.tty = 4x\nlxc.pts = 010\nlxc.start.order = -08\nlxc.start.delay = 0x10\nlxc.autodev = 2\n", want: "lxc.tty.max = 4\nlxc.pty.max = 10\nlxc.start.order = -8\nlxc.start.delay = 0\nlxc.autodev = 1\n"},
		"numbers with a sign":             {text: "lxc.tty = -3\nlxc.start.order = +5x\nlxc.start.delay = -1\nlxc.start.auto = -1\n", want: "lxc.tty.max = 0\nlxc.start.order = 5\nlxc.start.delay = 0\nlxc.start.auto = 1\n"},
		"numbers of one meaning stay":     {text: "lxc.utsname = a\nlxc.start.order = -8\nlxc.start.delay = 5\n", want: "lxc.uts.name = a\nlxc.start.order = -8\nlxc.start.delay = 5\n"},
		"sys was read-only":               {text: "lxc.utsname = a\nlxc.mount.auto = proc sys\n", want: "lxc.uts.name = a\nlxc.mount.auto = proc sys:ro\n"},
		"sys, when the names are younger": {text: "lxc.init_cmd = a\nlxc.mount.auto = proc sys\n", want: "lxc.init.cmd = a\nlxc.mount.auto = proc sys\n"},
		"sys, when the file is younger":   {from: keys.V2_0, text: "lxc.utsname = a\nlxc.mount.auto = sys\n", want: "lxc.uts.name = a\nlxc.mount.auto = sys\n"},
		"sys, when the key is younger":    {text: "lxc.utsname = a\nlxc.hook.stop = b\nlxc.mount.auto = sys\n", want: "lxc.uts.name = a\nlxc.hook.stop = b\nlxc.mount.auto = sys\n"},
		"id maps of LXC 2":                {from: keys.V2_0, text: "lxc.id_map = u 0 0100000 65536\n", want: "lxc.idmap = u 0 100000 65536\n"},
		"id maps were decimal":            {text: "lxc.id_map = u 0 0100000 65536 x\n", want: "lxc.idmap = u 0 100000 65536\n"},
		"log levels":                      {text: "lxc.loglevel = 08\n", want: "lxc.log.level = 8\n"},
		"architectures nobody knows":      {text: "lxc.utsname = a\nlxc.arch = mine\n", want: "lxc.uts.name = a\n# lxc.arch = mine (no architecture LXC knows)\n"},
		"no architecture":                 {text: "lxc.utsname = a\nlxc.arch =\n", want: "lxc.uts.name = a\n# lxc.arch = (no architecture LXC knows)\n"},
		"no fstab":                        {text: "lxc.mount =\n", want: "# lxc.mount.fstab = (it names no file)\n"},
		"placeholders of templates":       {text: "lxc.utsname = @NAME@\nlxc.tty = @TTY@\nlxc.arch = $arch\nlxc.pts = {{ pts }}\n", want: "lxc.uts.name = @NAME@\nlxc.tty.max = @TTY@\nlxc.arch = $arch\nlxc.pty.max = {{ pts }}\n"},
		"remarks behind numbers":          {text: "\tlxc.tty = 4 # for root\r\nlxc.id_map = u 0 1 2\t#all\nlxc.loglevel = 1 # debug", want: "\t# for root\r\n\tlxc.tty.max = 4\r\n#all\nlxc.idmap = u 0 1 2\n# debug\nlxc.log.level = 1"},
		"drop and keep":                   {text: "lxc.utsname = a\nlxc.cap.drop = kill\nlxc.cap.keep = chown\n", want: "lxc.uts.name = a\nlxc.cap.drop = kill\nlxc.cap.keep = chown\n", notes: "3 migrate/conflict"},
		"rootfs":                          {text: "lxc.rootfs = /a:b\n", want: "lxc.rootfs.path = dir:/a:b\n"},
		"rootfs with its kind":            {text: "lxc.rootfs = overlayfs:/a:/b\n", want: "lxc.rootfs.path = overlayfs:/a:/b\n"},
		"rootfs on a device":              {text: "lxc.rootfs = /dev/vg/web\n", want: "lxc.rootfs.path = /dev/vg/web\n"},
		"rootfs.backend before the path":  {text: "lxc.rootfs.backend = btrfs\nlxc.rootfs = /a\n", want: "# lxc.rootfs.backend = btrfs (part of lxc.rootfs.path)\nlxc.rootfs.path = btrfs:/a\n"},
		"rootfs.backend of LXC 2.1":       {text: "lxc.rootfs.path = /a\nlxc.rootfs.backend = zfs\n", want: "lxc.rootfs.path = zfs:/a\n# lxc.rootfs.backend = zfs (part of lxc.rootfs.path)\n"},
		"rootfs.backend beside a kind":    {text: "lxc.rootfs = overlayfs:/a:/b\nlxc.rootfs.backend = overlay\n", want: "lxc.rootfs.path = overlayfs:/a:/b\n# lxc.rootfs.backend = overlay (part of lxc.rootfs.path)\n"},
		"rootfs.backend nobody has":       {text: "lxc.rootfs = /a\nlxc.rootfs.backend = aufs\n", want: "lxc.rootfs.path = dir:/a\n# lxc.rootfs.backend = aufs (it has no effect)\n", notes: "2 migrate/rootfs"},
		"rootfs in an image":              {text: "lxc.rootfs = /srv/web.img\nlxc.rootfs = /var/lib/lxc/web/rootdev\n", want: "lxc.rootfs.path = /srv/web.img\nlxc.rootfs.path = /var/lib/lxc/web/rootdev\n"},
		"rootfs.backend without a path":   {text: "lxc.rootfs.backend = btrfs\n", want: "# lxc.rootfs.backend = btrfs (part of lxc.rootfs.path)\n", notes: "1 migrate/rootfs"},
		"aufs is gone":                    {text: "lxc.rootfs = aufs:/a:/b\n", want: "lxc.rootfs.path = aufs:/a:/b\n", notes: "1 migrate/rootfs"},
		"kmsg and pivotdir":               {text: "lxc.kmsg = 0\nlxc.kmsg = 1\nlxc.pivotdir = x\n", want: "# lxc.kmsg = 0 (LXC 2.1 removed it)\n# lxc.kmsg = 1 (LXC 2.1 removed it)\n# lxc.pivotdir = x (LXC 2.1 removed it)\n", notes: "2 migrate/gone"},
		"networks":                        {text: "lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.1/24\nlxc.network.type = empty\nlxc.network.0.link = br0\n", want: "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.1/24\nlxc.net.1.type = empty\nlxc.net.0.link = br0\n"},
		"an index of a type is none":      {text: "lxc.network.7.type = veth\nlxc.network.link = br0\n", want: "lxc.net.0.type = veth\nlxc.net.0.link = br0\n"},
		"an empty type clears":            {text: "lxc.network.type = veth\nlxc.network.type =\nlxc.network.type = empty\n", want: "lxc.net.0.type = veth\nlxc.net =\nlxc.net.0.type = empty\n"},
		"networks beside those of today":  {text: "lxc.net.3.type = veth\nlxc.network.type = empty\n", want: "lxc.net.3.type = veth\nlxc.net.4.type = empty\n"},
		"a type that wipes":               {from: keys.V2_1, text: "  lxc.net.0.link = br0\r\nlxc.net.0.flags=up\r\nlxc.net.0.type=veth\r\n", want: "  lxc.net.0.type=veth\r\n  lxc.net.0.link = br0\r\nlxc.net.0.flags=up\r\n# lxc.net.0.type=veth (it stands above, because a type wipes what is set before it)\r\n"},
		"a type that may be meant to":     {text: "lxc.net.0.link = br0\nlxc.net.0.type = veth\n", wantTheSame: true, notes: "2 migrate/type"},
		"a type that LXC 4 wiped with":    {from: keys.V5_0, text: "lxc.net.0.link = br0\nlxc.net.0.type = veth\n", wantTheSame: true},
		"a type after a clear":            {from: keys.V2_1, text: "lxc.net.0.link = br0\nlxc.net =\nlxc.net.0.type = veth\n", wantTheSame: true},
		"a key before any type":           {text: "lxc.network.link = br0\n", wantTheSame: true, notes: "1 migrate/section"},
		"an include nobody can read":      {text: "lxc.utsname = a\nlxc.include = x\nlxc.network.type = veth\n", want: "lxc.uts.name = a\nlxc.include = x\nlxc.net.0.type = veth\n"},
		"one between networks":            {text: "lxc.network.type = veth\nlxc.include = x\nlxc.network.link = br0\n", want: "lxc.net.0.type = veth\nlxc.include = x\nlxc.net.0.link = br0\n", notes: "2 migrate/include"},
		"prefix lengths were decimal":     {text: "lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.1/024x 10.0.0.255\n", want: "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.1/24 10.0.0.255\n"},
		"cgroup v1 stays before LXC 7":    {to: keys.V6_0, text: "lxc.cgroup.cpu.shares = 512\n", wantTheSame: true},
		"clears of cgroup v1":             {text: "lxc.cgroup =\nlxc.cgroup.cpu.shares =\n", want: "lxc.cgroup2 =\nlxc.cgroup2.cpu.weight =\n"},
		"cgroup.dir is no limit":          {text: "lxc.cgroup.dir = a\nlxc.cgroup.relative = 1\n", wantTheSame: true},
		"devices":                         {text: "lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c 1:3 rwm\n", want: "lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.allow = c 1:3 rwm\n"},
		"shares":                          {text: "lxc.cgroup.cpu.shares = 0\nlxc.cgroup.cpu.shares = 1024\nlxc.cgroup.cpu.shares = 999999\n", want: "lxc.cgroup2.cpu.weight = 1\nlxc.cgroup2.cpu.weight = 39\nlxc.cgroup2.cpu.weight = 10000\n"},
		"quota and period":                {text: "lxc.cgroup.cpu.cfs_period_us = 50000\nlxc.cgroup.cpu.cfs_quota_us = 25000\n", want: "# lxc.cgroup.cpu.cfs_period_us = 50000 (part of lxc.cgroup2.cpu.max)\nlxc.cgroup2.cpu.max = 25000 50000\n"},
		"quota alone":                     {text: "lxc.cgroup.cpu.cfs_quota_us = -1\n", want: "lxc.cgroup2.cpu.max = max 100000\n"},
		"period alone":                    {text: "lxc.cgroup.cpu.cfs_period_us = 50000\n", want: "lxc.cgroup2.cpu.max = max 50000\n"},
		"memory and swap":                 {text: "lxc.cgroup.memory.limit_in_bytes = 1G\nlxc.cgroup.memory.memsw.limit_in_bytes = 1536M\n", want: "lxc.cgroup2.memory.max = 1G\nlxc.cgroup2.memory.swap.max = 512M\n"},
		"memory and swap without limits":  {text: "lxc.cgroup.memory.limit_in_bytes = -1\nlxc.cgroup.memory.memsw.limit_in_bytes = -1\nlxc.cgroup.memory.soft_limit_in_bytes = -1\n", want: "lxc.cgroup2.memory.max = max\nlxc.cgroup2.memory.swap.max = max\nlxc.cgroup2.memory.low = 0\n"},
		"swap without memory":             {text: "lxc.cgroup.memory.memsw.limit_in_bytes = 1G\n", want: "# lxc.cgroup.memory.memsw.limit_in_bytes = 1G (to be written as lxc.cgroup2.memory.swap.max by hand)\n", notes: "1 migrate/cgroup"},
		"weights of disks":                {text: "lxc.cgroup.blkio.weight = 500\nlxc.cgroup.blkio.weight_device = 8:0 1000\n", want: "lxc.cgroup2.io.weight = 4950\nlxc.cgroup2.io.weight = 8:0 10000\n"},
		"limits of disks":                 {text: "lxc.cgroup.blkio.throttle.write_iops_device = 8:0 100\nlxc.cgroup.blkio.throttle.read_bps_device = 8:0 0\n", want: "lxc.cgroup2.io.max = 8:0 wiops=100\nlxc.cgroup2.io.max = 8:0 rbps=max\n"},
		"huge pages":                      {text: "lxc.cgroup.hugetlb.2MB.limit_in_bytes = 64M\n", want: "lxc.cgroup2.hugetlb.2MB.max = 64M\n"},
		"what v2 does not have":           {text: "lxc.cgroup.net_prio.ifpriomap = eth0 5\nlxc.cgroup.mine = 1\n", want: "# lxc.cgroup.net_prio.ifpriomap = eth0 5 (cgroup v2 has no net_prio.ifpriomap)\n# lxc.cgroup.mine = 1 (cgroup v2 has no mine)\n", notes: "1 migrate/cgroup, 2 migrate/cgroup"},
		"limits for v1 and v2":            {text: "lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c 10:200 rwm\nlxc.cgroup.memory.limit_in_bytes = 1G\nlxc.cgroup2.devices.deny = a\nlxc.cgroup2.memory.max = 2G\n", want: "# lxc.cgroup.devices.deny = a (lxc.cgroup2.devices.deny is set)\nlxc.cgroup2.devices.allow = c 10:200 rwm\n# lxc.cgroup.memory.limit_in_bytes = 1G (lxc.cgroup2.memory.max is set)\nlxc.cgroup2.devices.deny = a\nlxc.cgroup2.memory.max = 2G\n", notes: "2 migrate/cgroup"},
		"a limit that v2 has already":     {text: "lxc.cgroup2.memory.swap.max = 0\nlxc.cgroup.memory.memsw.limit_in_bytes = 1G\n", want: "lxc.cgroup2.memory.swap.max = 0\n# lxc.cgroup.memory.memsw.limit_in_bytes = 1G (lxc.cgroup2.memory.swap.max is set)\n"},
		"limits of v2 under v1's name":    {text: "lxc.cgroup.memory.high = 1G\n", want: "lxc.cgroup2.memory.high = 1G\n"},
		"a clear of half a file":          {text: "lxc.cgroup.cpu.cfs_quota_us = 5\nlxc.cgroup.cpu.cfs_period_us =\n", want: "lxc.cgroup2.cpu.max = 5 100000\n# lxc.cgroup.cpu.cfs_period_us = (lxc.cgroup2.cpu.max holds more)\n", notes: "2 migrate/cgroup"},
		"a clear of v1 beside v2":         {text: "lxc.cgroup2.pids.max = 5\nlxc.cgroup =\n", want: "lxc.cgroup2.pids.max = 5\n# lxc.cgroup = (lxc.cgroup2 would clear more)\n", notes: "2 migrate/cgroup"},
		"limits that are none":            {text: "lxc.cgroup.cpu.cfs_quota_us = x\nlxc.cgroup.blkio.throttle.read_bps_device = 8:0 1M\n", want: "# lxc.cgroup.cpu.cfs_quota_us = x (to be written as lxc.cgroup2.cpu.max by hand)\n# lxc.cgroup.blkio.throttle.read_bps_device = 8:0 1M (to be written as lxc.cgroup2.io.max by hand)\n", notes: "1 migrate/cgroup, 2 migrate/cgroup"},
		"an unknown key is not a matter":  {text: "lxc.nonsense = 1\n", wantTheSame: true},
		"limits of resources, and of 2.1": {to: keys.V3_0, text: "lxc.limit.nofile = 10\nlxc.syslog = local0\n", want: "lxc.prlimit.nofile = 10\nlxc.log.syslog = local0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.wantTheSame {
				c.want = c.text
			}
			got, notes := rewrite(c.from, c.to, c.text, nil)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if notes != c.notes {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
			if again, _ := rewrite(0, c.to, got, nil); again != got {
				t.Errorf("once more gives\n%s", again)
			}
		})
	}
}

// Every bug of lxc-update-config has its line here.
func TestBugsOfUpdateConfig(t *testing.T) {
	for bug, c := range map[string]struct{ text, want string }{
		"rewrites comments":                     {"# lxc.utsname = web\nlxc.tty = 1\n", "# lxc.utsname = web\nlxc.tty.max = 1\n"},
		"matches anywhere in a line":            {"lxc.environment = X=lxc.tty = 5\n", "lxc.environment = X=lxc.tty = 5\n"},
		"misses lxc.rootfs before two blanks":   {"lxc.rootfs  = /x\n", "lxc.rootfs.path  = dir:/x\n"},
		"takes backend from the last line only": {"lxc.rootfs.backend = lvm\nlxc.rootfs = /x\nlxc.tty = 1\n", "# lxc.rootfs.backend = lvm (part of lxc.rootfs.path)\nlxc.rootfs.path = lvm:/x\nlxc.tty.max = 1\n"},
		"misses lxc.limit with a resource":      {"lxc.limit.nofile = 1\n", "lxc.prlimit.nofile = 1\n"},
		"leaves cgroups":                        {"lxc.cgroup.pids.max = 1\n", "lxc.cgroup2.pids.max = 1\n"},
		"makes lxc.net.0.ipv4":                  {"lxc.network.type = veth\nlxc.network.0.ipv4 = 10.0.0.1/8\n", "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.1/8\n"},
		"counts types in comments":              {"# lxc.network.type = veth\nlxc.network.type = veth\n", "# lxc.network.type = veth\nlxc.net.0.type = veth\n"},
		"makes lxc.net.-1":                      {"lxc.network.link = br0\n", "lxc.network.link = br0\n"},
		"deletes lines":                         {"lxc.pivotdir = mnt\n", "# lxc.pivotdir = mnt (LXC 2.1 removed it)\n"},
	} {
		t.Run(bug, func(t *testing.T) {
			if got, _ := rewrite(0, 0, c.text, nil); got != c.want {
				t.Errorf("%q gives %q, want %q", c.text, got, c.want)
			}
		})
	}
	t.Run("leaves includes", func(t *testing.T) {
		result := migrate.Rewrite(migrate.Request{
			File: source.File{Name: "main", Text: "lxc.network.type = veth\nlxc.include = more\nlxc.network.flags = up\nlxc.include = more\n"},
			Include: func(name string) []source.File {
				return []source.File{{Name: name, Text: "lxc.network.type = macvlan\nlxc.utsname = a\n"}}
			},
		})
		want := []migrate.File{
			{Name: "main", Old: "lxc.network.type = veth\nlxc.include = more\nlxc.network.flags = up\nlxc.include = more\n",
				New: "lxc.net.0.type = veth\nlxc.include = more\nlxc.net.1.flags = up\nlxc.include = more\n"},
			{Name: "more", Old: "lxc.network.type = macvlan\nlxc.utsname = a\n", New: "lxc.net.1.type = macvlan\nlxc.uts.name = a\n"},
		}
		if diff := cmp.Diff(want, result.Files); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(fmt.Sprint(result.Notes), "migrate/twice") {
			t.Error("nobody is told that the file is included twice")
		}
	})
}

// Each row of the table of cgroup v1 has a name that v2 has, or a reason.
func TestLimits(t *testing.T) {
	for _, l := range migrate.Limits() {
		if l.V1 == "" || !strings.HasSuffix(l.Doc, ".") {
			t.Errorf("%+v says too little", l)
		}
		if strings.Contains(l.V2, "*") && !strings.Contains(l.V1, "*") {
			t.Errorf("%s: there is nothing to put in %s", l.V1, l.V2)
		}
	}
}
