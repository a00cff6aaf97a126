package keys

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
)

// Some values meant something else in an older LXC. A row says since when they mean
// what they mean today, and how to write an older one so that it means the same.

// readBefore says how LXC read the key's values before a version.
func (f *field) readBefore(v Version, modern func(string) string) *field {
	f.olderThan, f.modern = v, modern
	return f
}

// Modern writes a value of an LXC so that a later one makes the same of it. It is
// the text itself where both read it alike.
func (k *Key) Modern(text string, from, to Version) string {
	if from < V2_0 && V2_0 <= to {
		text = k.numberInLXC1(text)
	}
	if k.modern != nil && from < k.olderThan && k.olderThan <= to {
		text = k.modern(text)
	}
	return text
}

// asRead turns a value into one that today's LXC reads as the chosen one does, and
// reports text that it loses.
func (r *Resolver) asRead(k *Key, in *input) {
	text := in.value.String
	in.value.String = k.Modern(text, r.Version, Newest)
	if in.value.String == text {
		return
	}
	severity, effect := diag.Warning, diag.SilentlyDifferent
	if k.modern != nil {
		severity, effect = diag.Info, diag.Advice // it says what it means, to this LXC
	}
	r.Findings = append(r.Findings, diag.Diagnostic{
		Code: "value/taken-for", Severity: severity, Effect: effect,
		Summary: fmt.Sprintf("LXC %s reads %q as %q", r.Version, text, in.value.String),
		Detail:  fmt.Sprintf("Write %q: a later LXC reads the text otherwise, or refuses it.", in.value.String),
		Subject: in.value.Range, Key: in.origin.Key, Trail: in.origin.Trail(),
		Fixes: []diag.Fix{{Title: "write " + in.value.String, Safe: true, Edits: []diag.Edit{{Range: in.value.Range, Text: in.value.String}}}},
	})
}

// readOnlySys keeps /sys read-only: sys meant sys:ro in LXC 1.0.
func readOnlySys(value string) string {
	words := strings.FieldsFunc(value, func(c rune) bool { return c == ' ' || c == '\t' })
	changed := false
	for i, w := range words {
		if w == "sys" {
			words[i], changed = "sys:ro", true
		}
	}
	if !changed {
		return value
	}
	return strings.Join(words, " ")
}

// plainIDMap writes the numbers of an id map, which LXC before 2.1 reads as decimal
// ones, without leading zeros, and leaves out what it passes over behind them.
func plainIDMap(value string) string {
	words := strings.Fields(value)
	if len(words) < 4 {
		return value
	}
	changed := len(words) > 4
	for i, w := range words[1:4] {
		plain := strings.TrimLeft(w, "0")
		if plain == "" || plain[0] < '0' || plain[0] > '9' {
			continue
		}
		changed = changed || plain != w
		words[1+i] = plain
	}
	if !changed {
		return value
	}
	return strings.Join(words[:4], " ")
}

// plainLevel cuts what LXC before 2.1 passes over behind the number of a log level.
func plainLevel(value string) string {
	if value == "" || value[0] < '0' || value[0] > '9' {
		return value
	}
	return count(value)
}

// plainPrefix writes the prefix length of an address as LXC before 2.1 reads it:
// decimal, whatever stands behind.
func plainPrefix(value string) string {
	address, rest, ok := strings.Cut(value, "/")
	if !ok {
		return value
	}
	prefix, broadcast, hasBroadcast := strings.Cut(rest, " ")
	written := address + "/" + count(prefix)
	if hasBroadcast {
		written += " " + broadcast
	}
	return written
}
