package diag_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is a JSON schema of draft 4, as far as that of SARIF goes.
type schema struct{ root map[string]any }

// sarifSchema reads OASIS' schema.
func sarifSchema(t *testing.T) schema {
	t.Helper()
	data, err := os.ReadFile("testdata/sarif/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(data, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// check returns what is wrong with a value.
func (s schema) check(rule map[string]any, value any, at string) []string {
	var wrong []string
	fail := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	for word, want := range rule {
		switch word {
		case "$schema", "default", "definitions", "description", "id", "title", "additionalProperties":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/definitions/")
			wrong = append(wrong, s.check(s.root["definitions"].(map[string]any)[name].(map[string]any), value, at)...)
		case "type":
			if !slices.Contains(typesOf(want), typeOf(value)) && !(typeOf(value) == "integer" && slices.Contains(typesOf(want), "number")) {
				fail("is %s, not %v", typeOf(value), want)
			}
		case "enum":
			if !slices.ContainsFunc(want.([]any), func(e any) bool { return reflect.DeepEqual(e, value) }) {
				fail("%v is none of %v", value, want)
			}
		case "minimum":
			if n, ok := value.(float64); ok && n < want.(float64) {
				fail("%v is less than %v", n, want)
			}
		case "maximum":
			if n, ok := value.(float64); ok && n > want.(float64) {
				fail("%v is more than %v", n, want)
			}
		case "minItems":
			if list, ok := value.([]any); ok && float64(len(list)) < want.(float64) {
				fail("has %d items", len(list))
			}
		case "uniqueItems":
			list, _ := value.([]any)
			for i := range list {
				if want == true && slices.ContainsFunc(list[:i], func(e any) bool { return reflect.DeepEqual(e, list[i]) }) {
					fail("item %d is there twice", i)
				}
			}
		case "items":
			list, _ := value.([]any)
			for i, e := range list {
				wrong = append(wrong, s.check(want.(map[string]any), e, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "required":
			object, isObject := value.(map[string]any)
			for _, name := range want.([]any) {
				if _, has := object[name.(string)]; isObject && !has {
					fail("has no %q", name)
				}
			}
		case "properties":
			wrong = append(wrong, s.properties(rule, value, at)...)
		case "pattern":
			if text, ok := value.(string); ok && !regexp.MustCompile(want.(string)).MatchString(text) {
				fail("%q is not like %q", text, want)
			}
		case "format":
			if text, ok := value.(string); ok && strings.HasPrefix(want.(string), "uri") {
				if _, err := url.Parse(text); err != nil || strings.ContainsAny(text, " \t\n\"<>\\^`{|}") {
					fail("%q is no URI", text)
				}
			}
		case "anyOf", "oneOf":
			fits := 0
			for _, choice := range want.([]any) {
				if len(s.check(choice.(map[string]any), value, at)) == 0 {
					fits++
				}
			}
			if fits == 0 || word == "oneOf" && fits > 1 {
				fail("%d of the choices fit", fits)
			}
		default:
			fail("the test does not know %q of the schema", word)
		}
	}
	return wrong
}

// properties checks the members of an object, and that there are no others.
func (s schema) properties(rule map[string]any, value any, at string) []string {
	var wrong []string
	known := rule["properties"].(map[string]any)
	object, _ := value.(map[string]any)
	for name, member := range object {
		if of, ok := known[name]; ok {
			wrong = append(wrong, s.check(of.(map[string]any), member, at+"."+name)...)
		} else if of, ok := rule["additionalProperties"].(map[string]any); ok {
			wrong = append(wrong, s.check(of, member, at+"."+name)...)
		} else if rule["additionalProperties"] == false {
			wrong = append(wrong, fmt.Sprintf("%s: has a %q", at, name))
		}
	}
	return wrong
}

func typesOf(want any) []string {
	if one, ok := want.(string); ok {
		return []string{one}
	}
	var list []string
	for _, w := range want.([]any) {
		list = append(list, w.(string))
	}
	return list
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// The validator is no rubber stamp.
func TestSchemaRefuses(t *testing.T) {
	s := sarifSchema(t)
	for _, text := range []string{
		`{"version":"2.0.0","runs":[]}`,
		`{"version":"2.1.0"}`,
		`{"version":"2.1.0","runs":[{"tool":{}}]}`,
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"x"},"level":"fatal"}]}]}`,
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a b"}}}]}]}]}`,
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"},"region":{"startLine":0}}}]}]}]}`,
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"reslts":[]}]}`,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if len(s.check(s.root, value, "log")) == 0 {
			t.Errorf("%s is taken", text)
		}
	}
}
