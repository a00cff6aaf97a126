//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// openVSwitch starts a switch for a host of a test, with a bridge ovs0, and returns the
// host and what the switch's programs have to be told.
func openVSwitch(t *testing.T) (h hostnet, environment []string) {
	t.Helper()
	programs := make(map[string]string)
	for _, tool := range []string{"ovs-vsctl", "ovsdb-server", "ovsdb-tool", "ovs-vswitchd"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("%s is not installed", tool)
		}
		programs[tool] = path
	}
	dir := t.TempDir()
	environment = []string{"PATH=" + filepath.Dir(programs["ovs-vsctl"]) + ":/usr/sbin:/usr/bin", "OVS_RUNDIR=" + dir, "OVS_DBDIR=" + dir}
	schema := os.Getenv("LXCFG_OVS_SCHEMA") // where it is installed in another place
	if schema == "" {
		schema = "/usr/share/openvswitch/vswitch.ovsschema"
	}
	words := strings.NewReplacer("@", dir, "SCHEMA", schema, "ovsdb-tool", programs["ovsdb-tool"], "ovsdb-server", programs["ovsdb-server"],
		"ovs-vswitchd", programs["ovs-vswitchd"], "ovs-vsctl", programs["ovs-vsctl"])
	var commands []string
	for _, command := range []string{
		"export OVS_RUNDIR=@ OVS_DBDIR=@",
		"exec >@/log 2>&1", // the daemons must not hold the pipe of the test
		"ovsdb-tool create @/conf.db SCHEMA",
		"ovsdb-server @/conf.db --remote=punix:@/db.sock --pidfile=@/ovsdb.pid --detach --log-file=@/ovsdb.log",
		"ovs-vsctl --no-wait init",
		"ovs-vswitchd unix:@/db.sock --pidfile=@/vswitchd.pid --detach --log-file=@/vswitchd.log",
		"ovs-vsctl --timeout=10 add-br ovs0",
	} {
		commands = append(commands, words.Replace(command))
	}
	t.Cleanup(func() {
		for _, name := range []string{"vswitchd.pid", "ovsdb.pid"} {
			if pid, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				_ = exec.Command("kill", strings.TrimSpace(string(pid))).Run()
			}
		}
	})
	return newHostnet(t, commands...), environment
}

// Ports of Open vSwitch are made and forgotten as by stock LXC.
func TestOpenVSwitch(t *testing.T) {
	requireStock(t)
	for name, lines := range map[string][]string{
		"no VLAN":       nil,
		"one VLAN":      {"lxc.net.0.veth.vlan.id = 10"},
		"tagged VLANs":  {"lxc.net.0.veth.vlan.tagged.id = 20", "lxc.net.0.veth.vlan.tagged.id = 30"},
		"VLANs of both": {"lxc.net.0.veth.vlan.id = 10", "lxc.net.0.veth.vlan.tagged.id = 20"},
	} {
		t.Run(name, func(t *testing.T) {
			h, environment := openVSwitch(t)
			for _, variable := range environment {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			c := networkContainer(t, 0, append([]string{"lxc.net.0.type = veth", "lxc.net.0.link = ovs0", "lxc.net.0.veth.pair = web0", "lxc.net.0.flags = up"}, lines...)...)
			ports := func() []string {
				text := h.sh(t, strings.Join(environment, " ")+" ovs-vsctl --timeout=10 --columns=name,vlan_mode,tag,trunks list port")
				return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
			}
			before := ports()
			var seen [2][]string
			for i, l := range []launcher{stock(t), ours(t)} {
				ended := runWaiting(t, h.launcher(l), c, environment, func(int) { seen[i] = ports() })
				if seen[i] == nil {
					l.giveUp(t, "%s did not start the container (status %d); the terminal shows:\n%s", l.name, ended.status, ended.output)
				}
				if after := ports(); !slices.Equal(before, after) {
					t.Errorf("after %s the switch has %q", l.name, after)
				}
			}
			if slices.Sort(seen[0]); !slices.Contains(seen[0], `name                : web0`) {
				t.Errorf("with stock LXC the switch has no port: %q", seen[0])
			}
			if slices.Sort(seen[1]); !slices.Equal(seen[0], seen[1]) {
				t.Errorf("the switch has with stock LXC\n%s\nand with lxcfg\n%s", strings.Join(seen[0], "\n"), strings.Join(seen[1], "\n"))
			}
			// A failure takes the port back as well.
			output, status := h.lxcfg(t, "start", "-F", "-P", c.lxcpath, "-n", containerName, "--rehearse-failure", "host-up:0", "--", "/bin/true")
			if after := ports(); status != 125 || !slices.Equal(before, after) {
				t.Errorf("after a failure (%d, %s) the switch has %q", status, output, after)
			}
		})
	}
}
