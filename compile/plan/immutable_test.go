package plan_test

import (
	"reflect"
	"testing"

	"lxcfg/compile/plan"
)

// Everything that can be reached from a plan is of a type that cannot be written
// through: values, and Lists, which have no way to write.
func TestTypesOfPlansCannotBeWrittenThrough(t *testing.T) {
	roots := []reflect.Type{reflect.TypeFor[plan.Plan](), reflect.TypeFor[plan.Step](), reflect.TypeFor[plan.Facts](), reflect.TypeFor[plan.Source]()}
	for _, op := range plan.Kinds() {
		roots = append(roots, reflect.TypeOf(op))
	}
	seen := map[reflect.Type]bool{}
	for _, root := range roots {
		checkValueType(t, root, root.Name(), seen)
	}
}

// checkValueType walks the exported fields of a type.
func checkValueType(t *testing.T, of reflect.Type, path string, seen map[reflect.Type]bool) {
	t.Helper()
	if seen[of] {
		return
	}
	seen[of] = true
	if item, isList := listItem(of); isList {
		checkValueType(t, item, path+"[]", seen)
		return
	}
	switch of.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		t.Errorf("%s is %s: a caller can write through it; use a List", path, describeType(of))
	case reflect.Interface:
		if of != reflect.TypeFor[plan.Op]() {
			t.Errorf("%s is %s: what it holds cannot be told", path, describeType(of))
		}
	case reflect.Array:
		checkValueType(t, of.Elem(), path+"[]", seen)
	case reflect.Struct:
		for i := range of.NumField() {
			if f := of.Field(i); f.IsExported() {
				checkValueType(t, f.Type, path+"."+f.Name, seen)
			}
		}
	}
}

// Whoever writes into everything that a plan hands out, for every kind of op,
// changes nothing.
func TestNothingHandedOutChangesAPlan(t *testing.T) {
	p, facts := everything(t)
	before := digestOf(t, p)
	spoiled := spoil(reflect.ValueOf(p), 0) + spoil(reflect.ValueOf(facts), 0)
	for _, s := range p.Steps() {
		spoiled += spoil(reflect.ValueOf(s), 0)
		spoiled += spoil(reflect.ValueOf(s.Op), 0)
	}
	if spoiled < 20 {
		t.Errorf("only %d slices could be written into: the test does not reach them", spoiled)
	}
	if after := digestOf(t, p); after != before {
		t.Errorf("the digest changed from %s to %s", before, after)
	}
}

// spoil writes into every slice that a value's fields and methods without
// arguments give, to a depth, and counts them.
func spoil(v reflect.Value, depth int) (spoiled int) {
	if !v.IsValid() || depth > 6 {
		return 0
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			spoiled += spoil(v.Index(i), depth+1)
			v.Index(i).SetZero()
		}
		return spoiled + 1
	case reflect.Interface, reflect.Pointer:
		return spoil(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				spoiled += spoil(v.Field(i), depth+1)
			}
		}
	default:
		return 0
	}
	for i := range v.NumMethod() {
		m := v.Method(i)
		if m.Type().NumIn() > 0 || m.Type().NumOut() == 0 || m.Type().Out(0).Kind() == reflect.Func {
			continue
		}
		for _, out := range m.Call(nil) {
			spoiled += spoil(out, depth+1)
		}
	}
	return spoiled
}

// A list is a copy of what it was made from, and a plan of what its builder holds.
func TestPlansShareNothingWithTheirMaker(t *testing.T) {
	options := []string{"size=1m"}
	b := plan.Builder{Container: "web"}
	b.Add(plan.AtMountEntry, plan.Mount{Target: "/a", FSType: "tmpfs", Data: plan.ListOf(options...)}, "a reason")
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	before := digestOf(t, p)
	options[0] = "size=all"
	b.Container = "mail"
	b.AddSource(plan.Source{Name: "later"})
	b.Add(plan.AtMountEntry, plan.Mount{Target: "/b", FSType: "tmpfs"}, "a reason")
	if after := digestOf(t, p); after != before {
		t.Errorf("the digest changed from %s to %s", before, after)
	}
}

// A pointer to an op is an op to Go's type system, and could be written through.
func TestBuildRefusesPointers(t *testing.T) {
	var b plan.Builder
	b.Add(plan.AtHostname, &plan.Hostname{Name: "x"}, "a reason")
	if _, err := b.Build(); err == nil {
		t.Error("a plan holds a pointer to an op")
	}
}
