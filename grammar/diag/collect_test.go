package diag_test

import (
	"strings"
	"testing"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Of a million findings of one kind the first are listed, and the rest counted; those of other kinds
// stand beside them.
func TestCollector(t *testing.T) {
	var c diag.Collector
	at := func(line int) diag.Diagnostic {
		return diag.Diagnostic{Code: "key/unknown", Severity: diag.Error, Effect: diag.RejectedAtLoad, Summary: "x",
			Subject: source.Range{File: "config", Start: source.Pos{Offset: line, Line: line, Column: 1}}}
	}
	for line := range 1_000_000 {
		c.Add(at(line + 1))
	}
	warning := at(7)
	warning.Severity = diag.Warning
	c.Add(warning)
	list := c.List()
	if len(list) != diag.MostOfAKind+2 || list[diag.MostOfAKind].Severity != diag.Warning {
		t.Fatalf("%d findings are listed, the one behind those of a kind is %+v", len(list), list[diag.MostOfAKind])
	}
	last := list[diag.MostOfAKind+1]
	// Collected again, as those of a file among those of all files, it is the same.
	c.Add(list...)
	if again := c.List(); len(again) != diag.MostOfAKind+2 || again[diag.MostOfAKind+1].Summary != last.Summary {
		t.Errorf("collected again, %d findings end in %q", len(again), again[len(again)-1].Summary)
	}
	if last.Subject.Start.Line != diag.MostOfAKind+1 || !strings.Contains(last.Summary, "998000 more") || last.Effect != diag.RejectedAtLoad {
		t.Errorf("the rest is told as %+v", last)
	}
}

func TestCollectorListsAll(t *testing.T) {
	var c diag.Collector
	if list := c.List(); list != nil {
		t.Errorf("an empty collector lists %v", list)
	}
	c.Add(diag.Diagnostic{Code: "a/b"}, diag.Diagnostic{Code: "a/c"})
	if list := c.List(); len(list) != 2 || list[0].Code != "a/b" {
		t.Errorf("two findings are listed as %v", list)
	}
}
