package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// planSchema compiles the published schema, which checks it against the schema of
// schemas.
func planSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join(repository(t), "docs/plan.schema.json"))
	if err != nil {
		t.Fatalf("docs/plan.schema.json is no JSON Schema: %v", err)
	}
	return s
}

// validate holds a text against the schema.
func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return s.Validate(value)
}

// TestPlansFollowTheSchema makes plans of every fixture that compiles, for two hosts,
// and holds them to the published schema.
func TestPlansFollowTheSchema(t *testing.T) {
	s := planSchema(t)
	facts := filepath.Join(t.TempDir(), "facts.json")
	if err := os.WriteFile(facts, []byte(factsOfRoot), 0o644); err != nil {
		t.Fatal(err)
	}
	configs, err := filepath.Glob("testdata/configs/*/*.conf")
	if err != nil || len(configs) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	planned := 0
	for _, config := range append(configs, planExample(t)) {
		out, err := exec.Command(lxcfg(t), "plan", "--facts", facts, "--format", "json", "-f", config).Output()
		if err != nil {
			continue // it has findings that stop a launch
		}
		planned++
		if err := validate(t, s, out); err != nil {
			t.Errorf("the plan of %s does not follow the schema: %v", config, err)
		}
	}
	if planned < 3 {
		t.Errorf("only %d fixtures have a plan", planned)
	}
}

// planExample writes a configuration that uses much of what a plan can hold.
func planExample(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "web.conf")
	text := `lxc.rootfs.path = dir:/srv/web
lxc.idmap = u 0 100000 65536
lxc.idmap = g 0 100000 65536
lxc.mount.auto = proc:mixed sys:mixed
lxc.mount.entry = tmpfs tmp tmpfs size=1m,create=dir 0 0
lxc.mount.entry = /srv/data data none bind,ro,optional 0 0
lxc.cap.drop = sys_module
lxc.cgroup2.memory.max = 1G
lxc.cgroup2.devices.deny = a
lxc.cgroup2.devices.allow = c 1:3 rwm
lxc.tty.max = 2
lxc.pty.max = 10
lxc.tty.dir = lxc
lxc.environment = TOKEN=hunter2
lxc.init.groups = 4,5
lxc.sysctl.net.ipv4.ip_forward = 1
lxc.no_new_privs = 1
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSchemaRefuses holds texts against the schema that are no plans.
func TestSchemaRefuses(t *testing.T) {
	s := planSchema(t)
	facts := filepath.Join(t.TempDir(), "facts.json")
	if err := os.WriteFile(facts, []byte(factsOfRoot), 0o644); err != nil {
		t.Fatal(err)
	}
	plan, err := exec.Command(lxcfg(t), "plan", "--facts", facts, "--format", "json", "--show-values", "-f", planExample(t)).Output()
	if err != nil {
		t.Fatalf("lxcfg plan: %v", err)
	}
	if err := validate(t, s, plan); err != nil {
		t.Fatalf("the plan does not follow the schema: %v", err)
	}
	for name, change := range map[string][2]string{
		"another format":         {`"format": 1`, `"format": 2`},
		"no digest":              {`"digest": "sha256:`, `"digest": "md5:`},
		"an unknown field":       {`"container":`, `"colour": "red", "container":`},
		"an unknown kind":        {`"kind": "keyring"`, `"kind": "keyrings"`},
		"an unknown phase":       {`"phase": "mount"`, `"phase": "mounting"`},
		"an unknown namespace":   {`"uts"`, `"utx"`},
		"a field of another op":  {`"fstype": "proc"`, `"fstype": "proc", "rules": []`},
		"an op without a field":  {`"fstype": "proc"`, `"superblock": "proc"`},
		"a number out of range":  {`"version": 2`, `"version": 1e30`},
		"a text for a number":    {`"line": 1,`, `"line": "1",`},
		"a flag nobody knows":    {`"nosuid"`, `"nosuids"`},
		"a layout nobody knows":  {`"layout": "unified"`, `"layout": "both"`},
		"a mask that is no mask": {`"format": 1,`, `"format": 1, "masked": false,`},
	} {
		t.Run(name, func(t *testing.T) {
			text := string(plan)
			if !strings.Contains(text, change[0]) {
				t.Fatalf("the plan does not contain %q", change[0])
			}
			changed := []byte(strings.Replace(text, change[0], change[1], 1))
			if !json.Valid(changed) {
				t.Fatalf("the test makes no JSON of %q", change[1])
			}
			if err := validate(t, s, changed); err == nil {
				t.Error("the schema lets it pass")
			}
		})
	}
}
