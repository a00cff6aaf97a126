package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// ShapeError says where a JSON text is not what the plan format asks for.
type ShapeError struct {
	Line, Column int
	Path         string // "facts.cgroups.hierarchies[0].version", empty for the whole text
	Problem      string
}

func (e *ShapeError) Error() string {
	place := fmt.Sprintf("%d:%d: ", e.Line, e.Column)
	if e.Path != "" {
		place += e.Path + ": "
	}
	return place + e.Problem
}

// checkShape reads a JSON text token by token beside the Go type it is meant for
// and returns the first place where the two part, as a *ShapeError: a field that
// is unknown, missing or twice there, a value of another kind. The decoder of
// package json says of some of these that they are there, and of none where.
func checkShape(data []byte, of reflect.Type) error {
	r := &shapeReader{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	if err := r.value(of, ""); err != nil {
		return err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return r.fault(r.start(), "", "there is text behind the end")
	}
	return nil
}

// shapeReader is the state of one reading.
type shapeReader struct {
	data []byte
	dec  *json.Decoder
}

// start is the offset of the token that comes next.
func (r *shapeReader) start() int {
	n := int(r.dec.InputOffset())
	for n < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[n]) >= 0 {
		n++
	}
	return n
}

// fault makes an error of an offset.
func (r *shapeReader) fault(offset int, path, format string, args ...any) error {
	before := r.data[:min(offset, len(r.data))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	return &ShapeError{Line: line, Column: len(before) - bytes.LastIndexByte(before, '\n'), Path: path, Problem: fmt.Sprintf(format, args...)}
}

// token reads the next token; the error of a text that is no JSON has a place too.
func (r *shapeReader) token(path string) (json.Token, int, error) {
	at := r.start()
	tok, err := r.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return tok, at, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, at, r.fault(len(r.data), path, "the text ends here, in the middle")
	case errors.As(err, &syntax):
		return nil, at, r.fault(max(at, int(syntax.Offset)-1), path, "%v", err)
	}
	return nil, at, r.fault(at, path, "%v", err)
}

// value reads one value of a type.
func (r *shapeReader) value(of reflect.Type, path string) error {
	if of == reflect.TypeFor[NamespaceSet]() {
		of = reflect.TypeFor[List[Namespace]]()
	}
	tok, at, err := r.token(path)
	if err != nil {
		return err
	}
	if of == reflect.TypeFor[json.RawMessage]() {
		return r.anything(tok, path)
	}
	if of.Kind() == reflect.Slice {
		return r.list(of.Elem(), path, tok, at)
	}
	if item, isList := listType(of); isList {
		return r.list(item, path, tok, at)
	}
	switch of.Kind() {
	case reflect.Struct:
		return r.object(of, path, tok, at)
	case reflect.String:
		return r.text(of, path, tok, at)
	case reflect.Bool:
		if _, ok := tok.(bool); !ok {
			return r.fault(at, path, "want true or false, not %s", tokenWords(tok))
		}
		return nil
	}
	return r.number(of, path, tok, at)
}

// anything reads the rest of a value of which only the syntax counts.
func (r *shapeReader) anything(tok json.Token, path string) error {
	for depth := 0; ; {
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if tok, _, err = r.token(path); err != nil {
			return err
		}
	}
}

func (r *shapeReader) text(of reflect.Type, path string, tok json.Token, at int) error {
	word, ok := tok.(string)
	if !ok {
		return r.fault(at, path, "want a text in quotes, not %s", tokenWords(tok))
	}
	if closed, is := reflect.Zero(of).Interface().(interface{ words() []string }); is && !slices.Contains(closed.words(), word) {
		return r.fault(at, path, "want one of %s, not %q", strings.Join(closed.words(), ", "), word)
	}
	return nil
}

func (r *shapeReader) number(of reflect.Type, path string, tok json.Token, at int) error {
	number, ok := tok.(json.Number)
	if !ok {
		return r.fault(at, path, "want a whole number, not %s", tokenWords(tok))
	}
	if err := json.Unmarshal([]byte(number), reflect.New(of).Interface()); err != nil {
		return r.fault(at, path, "want a whole number that fits %d bits, not %s", of.Bits(), number)
	}
	return nil
}

func (r *shapeReader) list(item reflect.Type, path string, tok json.Token, at int) error {
	if tok != json.Delim('[') {
		return r.fault(at, path, "want a list in brackets, not %s", tokenWords(tok))
	}
	for n := 0; r.dec.More(); n++ {
		if err := r.value(item, fmt.Sprintf("%s[%d]", path, n)); err != nil {
			return err
		}
	}
	_, _, err := r.token(path)
	return err
}

// object reads the fields of a struct, each once, those without omitempty or
// omitzero all.
func (r *shapeReader) object(of reflect.Type, path string, tok json.Token, at int) error {
	if tok != json.Delim('{') {
		return r.fault(at, path, "want an object in braces, not %s", tokenWords(tok))
	}
	seen := make(map[string]bool)
	for r.dec.More() {
		tok, at, err := r.token(path)
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		field, ok := jsonField(of, name)
		switch {
		case !ok:
			return r.fault(at, path, "there is no field %q here; the fields are %s", name, strings.Join(fieldNames(of), ", "))
		case seen[name]:
			return r.fault(at, path, "the field %q is there twice", name)
		}
		seen[name] = true
		if err := r.value(field.Type, strings.TrimPrefix(path+"."+name, ".")); err != nil {
			return err
		}
	}
	end := r.start()
	if _, _, err := r.token(path); err != nil {
		return err
	}
	for i := range of.NumField() {
		name, options := jsonTag(of.Field(i))
		if !seen[name] && !strings.HasPrefix(options, "omit") {
			return r.fault(end, path, "the field %q is missing", name)
		}
	}
	return nil
}

func tokenWords(tok json.Token) string {
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '[' {
			return "a list"
		}
		return "an object"
	case string:
		return fmt.Sprintf("%q", tok)
	case nil:
		return "null"
	}
	return fmt.Sprint(tok)
}

// jsonField finds a struct's field by its name in JSON, exactly as it is written.
func jsonField(of reflect.Type, name string) (reflect.StructField, bool) {
	for i := range of.NumField() {
		if n, _ := jsonTag(of.Field(i)); n == name {
			return of.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

func fieldNames(of reflect.Type) []string {
	names := make([]string, 0, of.NumField())
	for i := range of.NumField() {
		name, _ := jsonTag(of.Field(i))
		names = append(names, name)
	}
	return names
}

// jsonTag takes a field's json tag apart.
func jsonTag(f reflect.StructField) (name, options string) {
	name, options, _ = strings.Cut(f.Tag.Get("json"), ",")
	return name, options
}

// listType returns the type of a List's items, ok false for another type.
func listType(of reflect.Type) (item reflect.Type, ok bool) {
	l, ok := reflect.Zero(of).Interface().(interface{ itemType() reflect.Type })
	if !ok {
		return nil, false
	}
	return l.itemType(), true
}
