package plan_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// secretPlan has secrets in the places where configurations put them.
func secretPlan(t *testing.T) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "web"}
	b.Add(plan.AtMountEntry, plan.Mount{Source: "//nas/data", Target: "/data", FSType: "cifs", Data: plan.ListOf("user=ann", "password=hunter2", "ro")}, "a reason")
	b.Add(plan.AtExec, plan.Exec{Argv: plan.ListOf("/sbin/init"), Env: plan.ListOf("LANG=C", "TOKEN=hunter2", "EMPTY=", "container=lxc", "A=hunter2=x", "LC_ALL=de")}, "a reason")
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMasked(t *testing.T) {
	p := secretPlan(t)
	whole, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(whole), "hunter2"); n != 3 {
		t.Errorf("the plan holds %d secrets, want 3:\n%s", n, whole)
	}
	for _, marked := range []string{`"/env/1"`, `"/env/4"`, `"/data/1"`} {
		if !strings.Contains(string(whole), marked) {
			t.Errorf("the plan does not mark %s:\n%s", marked, whole)
		}
	}

	masked, values := p.Masked()
	if values != 3 {
		t.Errorf("%d values are masked, want 3", values)
	}
	data, err := masked.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{`"TOKEN=***"`, `"LANG=C"`, `"container=lxc"`, `"EMPTY="`, `"LC_ALL=de"`, `"A=***"`, `"user=ann"`, `"password=***"`, `"masked": true`} {
		if !strings.Contains(string(data), shown) {
			t.Errorf("the masked plan does not show %s:\n%s", shown, data)
		}
	}
	if strings.Contains(string(data), "hunter2") {
		t.Errorf("the masked plan shows a secret:\n%s", data)
	}
	if _, err := plan.Read(data); err == nil || !strings.Contains(err.Error(), "secret values left out") {
		t.Errorf("reading the masked plan gives %v", err)
	}
	if digestOf(t, p) == digestOf(t, masked) {
		t.Error("the masked plan has the digest of the whole one, which tells a guesser that a secret was guessed")
	}
	if _, err := plan.Read([]byte(strings.Replace(string(data), "  \"masked\": true,\n", "", 1))); err == nil {
		t.Error("a masked plan is read as a whole one when it says so")
	}
}

// A plan without secrets is the same plan masked, digest and all.
func TestMaskedWithoutSecrets(t *testing.T) {
	p := small(t)
	masked, values := p.Masked()
	if values != 0 || digestOf(t, p) != digestOf(t, masked) {
		t.Errorf("%d values are masked in a plan without secrets", values)
	}
}

// Ops that hold an environment or a password know that it is one, and no
// description shows it.
func TestEveryOpHidesItsSecrets(t *testing.T) {
	for _, zero := range plan.Kinds() {
		of := reflect.TypeOf(zero)
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if !slices.Contains([]string{"env", "environment", "cookie", "password", "secret"}, name) {
				continue
			}
			op := reflect.New(of).Elem()
			value := "SECRET=hunter2"
			switch op.Field(i).Interface().(type) {
			case string:
				op.Field(i).SetString(value)
			case plan.List[string]:
				op.Field(i).Set(reflect.ValueOf(plan.ListOf(value)))
			default:
				t.Errorf("%s.%s is a %v: this test does not know how to fill it", of.Name(), of.Field(i).Name, of.Field(i).Type)
				continue
			}
			secretive, is := op.Interface().(plan.Secretive)
			if !is {
				t.Errorf("%s holds an %s and has no method Masked", of.Name(), name)
				continue
			}
			if masked := reflect.ValueOf(secretive.Masked()).Field(i); reflect.DeepEqual(masked.Interface(), op.Field(i).Interface()) {
				t.Errorf("%s shows its %s masked: %v", of.Name(), name, masked)
			}
			if strings.Contains(secretive.Describe(), "hunter2") {
				t.Errorf("the description of %s shows its %s: %s", of.Name(), name, secretive.Describe())
			}
		}
	}
}

// What may be secret in the settings of a plan is masked as it is in its steps.
func TestMaskedSettings(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"lxc.environment", "TOKEN=hunter2", "TOKEN=***"},
		{"lxc.environment.runtime", "LANG=C", "LANG=C"},
		{"lxc.mount.entry", "//nas/data  data cifs user=ann,password=hunter2 0 0", "//nas/data  data cifs user=ann,password=*** 0 0"},
		{"lxc.rootfs.options", "ro,secret=hunter2", "ro,secret=***"},
		{"lxc.seccomp.notify.cookie", "hunter2", "***"},
		{"lxc.uts.name", "password=web", "password=web"},
	} {
		t.Run(test.key, func(t *testing.T) {
			b := plan.Builder{Container: "web"}
			p, err := b.Build()
			if err != nil {
				t.Fatal(err)
			}
			masked, values := p.WithSettings(plan.ListOf(plan.Setting{Key: test.key, Value: test.value})).Masked()
			if got := masked.Settings().At(0).Value; got != test.want || (values == 1) != (got != test.value) {
				t.Errorf("%q, %d masked; want %q", got, values, test.want)
			}
		})
	}
}
