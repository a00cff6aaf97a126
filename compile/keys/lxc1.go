package keys

import (
	"fmt"
	"strings"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// LXC 1.0.7 reads a file more loosely than every later LXC: a name only has to
// begin with a key's, a number is what atoi(3) makes of the text, and some values
// are looked at when the container starts.

// isLXC1 reports whether the LXC to judge by is one of those.
func (r *Resolver) isLXC1() bool { return r.Version <= V1_1 }

// inLXC1 says what LXC 1 does with a value that today's LXC refuses to load.
func (f *field) inLXC1(effect diag.Effect) *field {
	f.lxc1 = effect
	return f
}

// newer says that words of the key's values came later than the key.
func (f *field) newer(since Version, words ...string) *field {
	f.newWords, f.newSince = words, since
	return f
}

// TakenFor finds the key that LXC 1 takes a name for: the longest of its own that
// the name begins with.
func TakenFor(name string) (known string, ok bool) {
	longest := func(candidate string, since Version) {
		if since <= V1_0 && len(candidate) > len(known) && strings.HasPrefix(name, candidate) {
			known = candidate
		}
	}
	for _, k := range rows.Get() {
		if !strings.Contains(k.Name, "[") {
			longest(k.Name, k.Since)
		}
	}
	for i := range legacy {
		if l := &legacy[i]; !strings.Contains(l.Name, "[") {
			longest(l.Name, l.Since)
		}
	}
	return known, known != ""
}

// takenFor reports a name that LXC 1 takes for a shorter one.
func (r *Resolver) takenFor(known string, key grammar.Text, trail []diag.Place) {
	r.Findings = append(r.Findings, diag.Diagnostic{
		Code: "key/taken-for", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("LXC %s takes %q for %q", r.Version, key.String, known),
		Detail:  "It compares only the beginning of a name with its keys.",
		Subject: key.Range, Key: known, Trail: trail,
	})
}

// numberInLXC1 is what LXC 1 makes of a number, written so that every LXC reads it
// the same. It is the text itself where the key's values are no numbers, or where
// the text is one that every LXC reads the same.
func (k *Key) numberInLXC1(text string) string {
	plain, negative := leadingNumber(text)
	switch k.language {
	case grammar.Bool.Name:
		if plain != "0" {
			plain = "1"
		}
		if b, err := grammar.Bool.Parse(grammar.Text{String: text}); err == nil && grammar.Bool.Format(b) == plain {
			return text
		}
	case grammar.Uint32.Name:
		plain = count(text)
		if n, err := grammar.Uint32.Parse(grammar.Text{String: text}); err == nil && grammar.Uint32.Format(n) == plain {
			return text
		}
	case grammar.Int32.Name:
		if negative {
			plain = "-" + plain
		}
		if n, err := grammar.Int32.Parse(grammar.Text{String: text}); err == nil && grammar.Int32.Format(n) == plain {
			return text
		}
	default:
		return text
	}
	return plain
}
