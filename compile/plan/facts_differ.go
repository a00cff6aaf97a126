package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Difference is a fact that two hosts do not have in common.
type Difference struct {
	Fact     string // "cgroups.layout"
	Words    string // "cgroup layout: was hybrid, is unified"
	Means    string // what of a plan rests on it, or why nothing does
	Harmless bool   // nothing does
}

// Differences lists how other differs from f; nothing when they are equal. It is
// what makes a stored plan stale.
func (f Facts) Differences(other Facts) []Difference {
	var list []Difference
	compareStructs(&list, factAt{}, reflect.ValueOf(f), reflect.ValueOf(other))
	return list
}

// factAt is the place of a fact in the Facts.
type factAt struct {
	path  string  // in the table of words
	words string  // what a difference there starts with: "cgroup hierarchy memory"
	named bool    // words end in the name of a list item, which its fields repeat
	row   factRow // of the fact, with what it takes from those around it
}

// add records a difference.
func (at factAt) add(list *[]Difference, what string) {
	d := Difference{Fact: at.path, Words: at.words + ": " + what, Means: at.row.means}
	if at.row.harmless != "" {
		d.Means, d.Harmless = at.row.harmless, true
	}
	*list = append(*list, d)
}

// field is the place of a field.
func (at factAt) field(f reflect.StructField) factAt {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	path := strings.TrimPrefix(at.path+"."+name, ".")
	row := wordsOf(path)
	if row.means == "" && row.harmless == "" {
		row.means, row.harmless = at.row.means, at.row.harmless
	}
	words := row.words
	if at.named {
		words = at.words + ", " + words
	}
	return factAt{path: path, words: words, row: row}
}

// item is the place of an item of a list.
func (at factAt) item(name string) factAt {
	return factAt{path: at.path, words: at.words + " " + name, named: true, row: at.row}
}

// compareStructs goes field by field, so that a fact added later is compared
// without another line here.
func compareStructs(list *[]Difference, at factAt, was, is reflect.Value) {
	for i := range was.NumField() {
		field := was.Type().Field(i)
		compareFacts(list, at.field(field), was.Field(i), is.Field(i))
	}
}

func compareFacts(list *[]Difference, at factAt, was, is reflect.Value) {
	switch {
	case reflect.DeepEqual(was.Interface(), is.Interface()):
	case was.Kind() != reflect.Struct:
		at.add(list, fmt.Sprintf("was %s, is %s", factValue(was), factValue(is)))
	default:
		before, isList := listItems(was)
		if !isList {
			compareStructs(list, at, was, is)
			return
		}
		after, _ := listItems(is)
		compareLists(list, at, before, after)
	}
}

// compareLists pairs items by their names, and takes items without one as they are.
func compareLists(list *[]Difference, at factAt, was, is []reflect.Value) {
	var lost, gained []string
	same := len(was) == len(is)
	for _, item := range was {
		now, found := namesake(is, item)
		same = same && found
		switch name := itemName(item); {
		case !found && item.Kind() == reflect.Struct && name != "":
			at.item(name).add(list, "is gone")
		case !found:
			lost = append(lost, factValue(item))
		case item.Kind() == reflect.Struct && name != "":
			compareStructs(list, at.item(name), item, now)
		}
	}
	for _, item := range is {
		if _, found := namesake(was, item); found {
			continue
		}
		if name := itemName(item); item.Kind() == reflect.Struct && name != "" {
			at.item(name).add(list, "is new")
			continue
		}
		gained = append(gained, factValue(item))
	}
	switch {
	case len(lost) > 0 && len(gained) > 0:
		at.add(list, "lost "+strings.Join(lost, " ")+", gained "+strings.Join(gained, " "))
	case len(lost) > 0:
		at.add(list, "lost "+strings.Join(lost, " "))
	case len(gained) > 0:
		at.add(list, "gained "+strings.Join(gained, " "))
	case same && !slices.EqualFunc(was, is, func(a, b reflect.Value) bool { return itemName(a) == itemName(b) }):
		at.add(list, "are in another order")
	}
}

// namesake finds the item of a list that stands for the same thing.
func namesake(items []reflect.Value, item reflect.Value) (reflect.Value, bool) {
	for _, other := range items {
		if itemName(item) != "" && itemName(other) == itemName(item) || reflect.DeepEqual(other.Interface(), item.Interface()) {
			return other, true
		}
	}
	return reflect.Value{}, false
}

// itemName is the name of an item: itself when it is a text, its first field when
// that is called Name or Path, else empty.
func itemName(item reflect.Value) string {
	if item.Kind() == reflect.Struct {
		if first := item.Type().Field(0).Name; first != "Name" && first != "Path" {
			return ""
		}
		item = item.Field(0)
	}
	if item.Kind() == reflect.String {
		return item.String()
	}
	return ""
}

// listItems returns the items of a List, ok false for another type.
func listItems(v reflect.Value) (items []reflect.Value, ok bool) {
	l, ok := v.Interface().(interface{ values() []reflect.Value })
	if !ok {
		return nil, false
	}
	return l.values(), true
}

// factValue prints a fact for a person.
func factValue(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case reflect.String:
		if v.String() == "" {
			return "nothing"
		}
		return v.String()
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprint(v.Interface())
	}
	return string(data)
}
