// Package schema generates the JSON Schema of plan files from the Go types of
// compile/plan: the fields and their order, which of them may be left out, the words
// that a closed type has, and the comments for descriptions. A test holds
// docs/plan.schema.json to it, so that the schema cannot fall behind.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"io/fs"
	"reflect"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
)

// Generate makes the schema (JSON Schema, draft 2020-12) from the sources of
// compile/plan.
func Generate(sources fs.FS) ([]byte, error) {
	p, err := parse(sources)
	if err != nil {
		return nil, err
	}
	g := &generator{parsed: p, defs: make(map[string]object)}
	root := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", fmt.Sprintf("urn:lxcfg:plan:%d", plan.Format)},
		{"title", fmt.Sprintf("Plan of a launch, as lxcfg stores it, format %d", plan.Format)},
	}
	body, err := g.structure("wirePlan")
	if err != nil {
		return nil, err
	}
	root = append(root, body[1:]...) // its own description is about Go
	defs := make(object, 0, len(g.defs))
	for _, name := range g.order {
		defs = append(defs, member{definition(name), g.defs[name]})
	}
	root = append(root, member{"$defs", defs})
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return out.Bytes(), nil
}

// generator is the state of one generation.
type generator struct {
	*parsed
	defs  map[string]object // by the name of the Go type
	order []string          // of the definitions, as they were first referred to
}

// structure describes a struct type.
func (g *generator) structure(name string) (object, error) {
	t, ok := g.types[name]
	if !ok {
		return nil, fmt.Errorf("there is no type %s", name)
	}
	st, ok := t.spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s is no struct", name)
	}
	properties := object{}
	required := []string{}
	for _, field := range st.Fields.List {
		if field.Tag == nil {
			return nil, fmt.Errorf("a field of %s has no name in JSON", name)
		}
		raw, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return nil, err
		}
		key, options, _ := strings.Cut(reflect.StructTag(raw).Get("json"), ",")
		value, err := g.field(name, key, field.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, key, err)
		}
		if comment := sentence(field.Comment.Text(), field.Doc.Text()); comment != "" {
			value = append(object{{"description", comment}}, value...)
		}
		properties = append(properties, member{key, value})
		if !strings.HasPrefix(options, "omit") {
			required = append(required, key)
		}
	}
	out := object{{"type", "object"}}
	if t.doc != "" {
		out = append(object{{"description", t.doc}}, out...)
	}
	out = append(out, member{"properties", properties}, member{"required", required}, member{"additionalProperties", false})
	if name == "wireStep" {
		rules, err := g.opRules()
		if err != nil {
			return nil, err
		}
		out = append(out, member{"allOf", rules})
	}
	return out, nil
}

// field describes the type of a field. A few fields of the envelope hold less than
// their types.
func (g *generator) field(of, key string, t ast.Expr) (object, error) {
	switch of + "." + key {
	case "wirePlan.format":
		return object{{"const", plan.Format}}, nil
	case "wirePlan.masked":
		return object{{"const", true}}, nil
	case "wirePlan.digest":
		return object{{"type", "string"}, {"pattern", "^sha256:[0-9a-f]{64}$"}}, nil
	case "Source.sha256":
		return object{{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}}, nil
	case "wireStep.op":
		return object{{"type", "object"}}, nil // what it holds, the rules of the step say
	case "wireStep.kind":
		return object{{"enum", kindWords()}}, nil
	}
	return g.typed(t)
}

// typed describes a type.
func (g *generator) typed(t ast.Expr) (object, error) {
	switch t := t.(type) {
	case *ast.Ident:
		return g.named(t.Name)
	case *ast.ArrayType:
		return g.list(t.Elt)
	case *ast.IndexExpr:
		if list, ok := t.X.(*ast.Ident); ok && list.Name == "List" {
			return g.list(t.Index)
		}
	}
	return nil, fmt.Errorf("%T is no type of the format", t)
}

func (g *generator) list(item ast.Expr) (object, error) {
	items, err := g.typed(item)
	return object{{"type", "array"}, {"items", items}}, err
}

// bounds are the whole numbers that Go's types hold.
var bounds = map[string][2]json.Number{
	"uint8": {"0", "255"}, "uint16": {"0", "65535"}, "uint32": {"0", "4294967295"}, "uint64": {"0", "18446744073709551615"},
	"int32": {"-2147483648", "2147483647"}, "int": {"-9223372036854775808", "9223372036854775807"}, "int64": {"-9223372036854775808", "9223372036854775807"},
}

// named describes a type by its name: one of Go's, or one of the package.
func (g *generator) named(name string) (object, error) {
	if b, ok := bounds[name]; ok {
		return object{{"type", "integer"}, {"minimum", b[0]}, {"maximum", b[1]}}, nil
	}
	switch name {
	case "string":
		return object{{"type", "string"}}, nil
	case "bool":
		return object{{"type", "boolean"}}, nil
	case "NamespaceSet":
		return g.list(ast.NewIdent("Namespace"))
	}
	t, ok := g.types[name]
	if !ok {
		return nil, fmt.Errorf("there is no type %s", name)
	}
	if word, isWord := t.spec.Type.(*ast.Ident); isWord && word.Name == "string" {
		if words := g.words[name]; len(words) > 0 {
			return object{{"enum", words}}, nil
		}
		return object{{"type", "string"}}, nil
	}
	return g.refer(name)
}

// refer defines a struct type once and refers to it.
func (g *generator) refer(name string) (object, error) {
	if _, defined := g.defs[name]; !defined {
		g.defs[name] = nil // while it is described, for types that hold themselves
		g.order = append(g.order, name)
		body, err := g.structure(name)
		if err != nil {
			return nil, err
		}
		g.defs[name] = body
	}
	return object{{"$ref", "#/$defs/" + definition(name)}}, nil
}

// definition is what a type is called in the schema.
func definition(name string) string { return strings.TrimPrefix(name, "wire") }

// opRules ties the kind of a step to what its op holds.
func (g *generator) opRules() ([]object, error) {
	var rules []object
	for _, op := range plan.Kinds() {
		ref, err := g.refer(reflect.TypeOf(op).Name())
		if err != nil {
			return nil, err
		}
		rules = append(rules, object{
			{"if", object{{"properties", object{{"kind", object{{"const", op.Kind()}}}}}, {"required", []string{"kind"}}}},
			{"then", object{{"properties", object{{"op", ref}}}}},
		})
	}
	return rules, nil
}

func kindWords() []string {
	var words []string
	for _, op := range plan.Kinds() {
		words = append(words, string(op.Kind()))
	}
	return words
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		var value bytes.Buffer
		enc := json.NewEncoder(&value)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(bytes.TrimSpace(value.Bytes()))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
