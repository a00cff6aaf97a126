package grammar

import (
	"fmt"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/late"
)

// IDMap is one range of ids: Kind is 'u' or 'g'.
type IDMap struct {
	Kind      byte
	Container uint64 // first id in the container
	Host      uint64 // first id on the host
	Range     uint64 // number of ids
}

// idMapGrammar is an id map as written.
type idMapGrammar struct {
	Kind      word `parser:"@@"`
	Container word `parser:"@@"`
	Host      word `parser:"@@"`
	Range     word `parser:"@@"`
}

var idMapParser = late.Value[*participle.Parser[idMapGrammar]]{Make: func() *participle.Parser[idMapGrammar] {
	return participle.MustBuild[idMapGrammar](participle.Lexer(newValueLexer(" \t\r", "")), participle.Elide("Blank"))
}}

// IDMapping is lxc.idmap.
var IDMapping = Language[IDMap]{
	Name: "id map", Syntax: `("u" | "g") blanks container-id blanks host-id blanks count`,
	Parse: parseIDMap,
	Format: func(m IDMap) string {
		return fmt.Sprintf("%c %d %d %d", m.Kind, m.Container, m.Host, m.Range)
	},
}

const idMapDetail = "Write for example `u 0 100000 65536`: the kind (u or g), the first id in the container, the first on the host, and how many."

func parseIDMap(t Text) (IDMap, *ValueError) {
	if m, ok := readIDMap(t.String); ok {
		return m, nil
	}
	g, err := parseWith(idMapParser.Get(), t, "id map", idMapDetail)
	if err != nil {
		return IDMap{}, err
	}
	return g.value(t)
}

// value gives an id map as written its meaning.
func (g *idMapGrammar) value(t Text) (IDMap, *ValueError) {
	if g.Kind.text != "u" && g.Kind.text != "g" {
		return IDMap{}, invalid(g.Kind.in(t), "Write u for user ids or g for group ids.", "%q is no kind of id", g.Kind.text)
	}
	m := IDMap{Kind: g.Kind.text[0]}
	var zero *ValueError // about the first number with a zero before it
	for _, part := range []struct {
		word word
		into *uint64
	}{{g.Container, &m.Container}, {g.Host, &m.Host}, {g.Range, &m.Range}} {
		n, ok := parseUint(part.word.text, 64)
		if !ok {
			return IDMap{}, notANumber(part.word.in(t), idMapDetail)
		}
		*part.into = n
		if zero == nil {
			zero = octal(part.word.in(t), int64(n))
		}
	}
	return m, zero
}

// readIDMap is a shortcut for right values: there may be hundreds in a file. What
// it does not take goes through the grammar; FuzzValues holds one against the other.
func readIDMap(s string) (IDMap, bool) {
	var numbers [3]uint64
	if len(s) < 2 || s[0] != 'u' && s[0] != 'g' || s[1] != ' ' {
		return IDMap{}, false
	}
	at := 1
	for i := range numbers {
		from, to := nextField(s, at)
		n, ok := parseUint(s[from:to], 64)
		if !ok || s[from] < '1' && s[from:to] != "0" { // a blank of another kind, a sign, or octal
			return IDMap{}, false
		}
		numbers[i], at = n, to
	}
	if at != len(s) {
		return IDMap{}, false
	}
	return IDMap{Kind: s[0], Container: numbers[0], Host: numbers[1], Range: numbers[2]}, true
}
