package plan_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// sampleOf returns a value of a type of the plan format with something in every
// field, made through JSON, which is how lists are filled from outside.
func sampleOf(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	data, err := json.Marshal(sampleJSON(of))
	if err != nil {
		t.Fatalf("write a sample of %v: %v", of, err)
	}
	v := reflect.New(of)
	if err := json.Unmarshal(data, v.Interface()); err != nil {
		t.Fatalf("read a sample of %v from %s: %v", of, data, err)
	}
	return v.Elem()
}

func sampleJSON(of reflect.Type) any {
	if of == reflect.TypeFor[plan.NamespaceSet]() {
		return []any{plan.NamespaceUser, plan.NamespaceMnt}
	}
	if item, isList := listItem(of); isList {
		return []any{sampleJSON(item), sampleJSON(item)}
	}
	switch of.Kind() {
	case reflect.String:
		return "x"
	case reflect.Bool:
		return true
	case reflect.Struct:
		fields := map[string]any{}
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			fields[name] = sampleJSON(of.Field(i).Type)
		}
		return fields
	}
	return 1
}

// listItem returns the type of the items of a plan.List.
func listItem(of reflect.Type) (reflect.Type, bool) {
	at, ok := of.MethodByName("At")
	if !ok || of.Kind() != reflect.Struct || !strings.HasPrefix(of.Name(), "List[") {
		return nil, false
	}
	return at.Type.Out(0), true
}

// placeFor returns the first place of a side.
func placeFor(t *testing.T, side plan.Side) plan.Place {
	t.Helper()
	for _, p := range plan.Places() {
		if p.Phase().Side() == side {
			return p
		}
	}
	t.Fatalf("no place for the %s", side)
	return ""
}

// sampleOps returns one op of every kind with something in every field.
func sampleOps(t *testing.T) []plan.Op {
	t.Helper()
	var ops []plan.Op
	for _, zero := range plan.Kinds() {
		ops = append(ops, sampleOf(t, reflect.TypeOf(zero)).Interface().(plan.Op))
	}
	return ops
}

// everything returns a plan with an op of every kind, made for a host with something
// in every fact.
func everything(t *testing.T) (plan.Plan, plan.Facts) {
	t.Helper()
	facts := sampleOf(t, reflect.TypeFor[plan.Facts]()).Interface().(plan.Facts)
	b := plan.Builder{Container: "web", LXCPath: "/var/lib/lxc", Facts: facts}
	b.AddSource(plan.Source{Name: "config", SHA256: "00"})
	sides := plan.KindSides()
	for i, op := range sampleOps(t) {
		b.Add(placeFor(t, sides[op.Kind()]), op, "a reason", plan.Origin{File: "config", Line: i + 1, Column: 1, Key: "lxc.key"})
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p, facts
}

// digestOf returns a plan's digest.
func digestOf(t *testing.T, p plan.Plan) string {
	t.Helper()
	d, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// describeType names a type as a person would say it in a failure.
func describeType(of reflect.Type) string { return fmt.Sprintf("%v (a %v)", of, of.Kind()) }
