package main

import (
	"bytes"
	"testing"

	"lxcfg/compile/plan"
)

func TestDiffText(t *testing.T) {
	a := goldenPlan(t, "web.conf")
	b := goldenPlan(t, "web.conf",
		"size=64m,mode=1777", "size=1g,mode=0700",
		"lxc.cap.drop = sys_module sys_time", "lxc.cap.drop = sys_boot sys_time",
		"lxc.mount.entry = /srv/data data none bind,ro,create=dir,optional 0 0\n", "",
		"lxc.no_new_privs = 1\n", "lxc.no_new_privs = 1\nlxc.mount.entry = /srv/media/films/and/other/long/names media none bind,ro,create=dir 0 0\n",
		"hunter2", "hunter3", "memory.max = 1G", "memory.max = 2G")
	changed := goldenFacts()
	changed.Kernel = "6.12.0"
	changed.LSM = "apparmor"
	d := difference{names: [2]string{"old/config", "new/config"}, plans: [2]plan.Plan{a, b},
		changes: plan.Compare(a, b, false), facts: goldenFacts().Differences(changed)}
	atWidths(t, "diff", func(width int, color paint) []byte {
		var out bytes.Buffer
		v := diffView{paint: color, width: width}
		if err := v.print(&out, d); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out.Bytes(), []byte("hunter")) {
			t.Errorf("the difference shows a secret:\n%s", &out)
		}
		return out.Bytes()
	})
}
