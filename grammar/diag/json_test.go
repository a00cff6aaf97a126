package diag_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

func TestJSON(t *testing.T) {
	file := source.File{Name: "web.conf", Text: "lxc.cap.drop  sys_admin\n<&>\n"}
	list := diag.List{
		{
			Code: "syntax/missing-equals", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: `no "=" in "<&>"`, Detail: "Write it.", Subject: find(t, file, "lxc.cap.drop"), Key: "lxc.cap.drop",
			Trail:   []diag.Place{{File: "top.conf", Line: 4}},
			Related: []diag.Related{{Range: find(t, file, "sys_admin"), Summary: "see here"}},
			Fixes:   []diag.Fix{{Title: "insert", Safe: true, Edits: []diag.Edit{{Range: find(t, file, "  "), Text: " = "}}}},
		},
		{Code: "include/unreadable", Severity: diag.Warning, Effect: diag.Advice, Summary: "nothing to point at", Fixes: []diag.Fix{{Title: "none"}}},
	}
	var out strings.Builder
	if err := diag.JSON(&out, list); err != nil {
		t.Fatal(err)
	}
	golden(t, "json/findings", out.String())
}

func TestJSONOfNothingIsAnEmptyList(t *testing.T) {
	var out strings.Builder
	if err := diag.JSON(&out, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\"format\":1,\"findings\":[]}\n", out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}
