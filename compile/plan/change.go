package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Compared op says in words what it means that it is not what it was.
type Compared interface {
	Op
	// Changes compares the op with what it was before, an op of the same type: its
	// zero value when the step is new, and the receiver is the zero value when it is
	// gone. No words at all mean that the op is best told as a whole. A value that
	// may be secret is told only when show is true.
	Changes(before Op, show bool) []string
}

// changeWords says in words how an op differs from what it was.
func changeWords(before, after Op, show bool) []string {
	if c, is := after.(Compared); is {
		return c.Changes(before, show)
	}
	if reflect.ValueOf(before).IsZero() || reflect.ValueOf(after).IsZero() {
		return nil
	}
	return fieldWords(before, after, show)
}

// fieldWords compares two ops of any type field by field, under the names that the
// plan format has for them.
func fieldWords(before, after Op, show bool) []string {
	a, b := before, after
	if !show {
		a, b = masking(before), masking(after)
	}
	who := strings.ReplaceAll(string(after.Kind()), "-", " ")
	if object := after.Object(); object != "" {
		who += " " + object
	}
	var words []string
	for i := range reflect.TypeOf(a).NumField() {
		name, _ := jsonTag(reflect.TypeOf(a).Field(i))
		name = strings.ReplaceAll(name, "_", " ")
		was, is := reflect.ValueOf(a).Field(i), reflect.ValueOf(b).Field(i)
		hidden := reflect.DeepEqual(was.Interface(), is.Interface())
		switch {
		case reflect.DeepEqual(reflect.ValueOf(before).Field(i).Interface(), reflect.ValueOf(after).Field(i).Interface()):
		case hidden:
			words = append(words, fmt.Sprintf("%s: a value of %s that is masked is another", who, name))
		default:
			words = append(words, who+": "+valueWords(name, was, is))
		}
	}
	return words
}

// valueWords says how one field changed.
func valueWords(name string, was, is reflect.Value) string {
	before, isList := listItems(was)
	if !isList {
		return fmt.Sprintf("%s is now %s (was %s)", name, factValue(is), factValue(was))
	}
	after, _ := listItems(is)
	gained, lost := difference(factValues(before), factValues(after))
	var words []string
	if len(gained) > 0 {
		words = append(words, "gains "+strings.Join(gained, ", "))
	}
	if len(lost) > 0 {
		words = append(words, "loses "+strings.Join(lost, ", "))
	}
	if len(words) == 0 {
		words = []string{"is in another order"}
	}
	return name + " " + strings.Join(words, " and ")
}

func factValues(items []reflect.Value) []string {
	words := make([]string, 0, len(items))
	for _, item := range items {
		words = append(words, factValue(item))
	}
	return words
}

// difference lists what only the second list has, and what only the first has, each
// as often as it has it more.
func difference(before, after []string) (gained, lost []string) {
	count := make(map[string]int)
	for _, w := range before {
		count[w]++
	}
	for _, w := range after {
		if count[w]--; count[w] < 0 {
			gained = append(gained, w)
		}
	}
	for _, w := range slices.Backward(before) {
		if count[w] > 0 {
			count[w]--
			lost = append(lost, w)
		}
	}
	slices.Reverse(lost)
	return gained, lost
}

// nowWas is the usual sentence about a value, empty when it is the same. An empty
// value is told as something else.
func nowWas(what, before, after, empty string) []string {
	if before == after {
		return nil
	}
	if before == "" {
		before = empty
	}
	if after == "" {
		after = empty
	}
	return []string{fmt.Sprintf("%s is now %s (was %s)", what, after, before)}
}

// isNew reports whether one of two ops is nothing, so that a step came or went.
func isNew(before, after Op) bool {
	return reflect.ValueOf(before).IsZero() || reflect.ValueOf(after).IsZero()
}
