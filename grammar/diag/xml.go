package diag

import (
	"bufio"
	"strconv"
	"strings"

	"lxcfg/grammar/late"
)

// xmlWriter prints a document, element by element. It is written by hand because
// encoding/xml builds tables at process start, which every command would pay for.
type xmlWriter struct {
	*bufio.Writer
	open []string // the elements around, outermost first
}

// attribute is one attribute of an element. An empty value is written too.
type attribute struct{ name, value string }

// number is an attribute whose value is a number.
func number(name string, n int) attribute { return attribute{name, strconv.Itoa(n)} }

// start begins an element on a line of its own.
func (x *xmlWriter) start(name string, attributes ...attribute) {
	x.tag(name, attributes)
	x.WriteString(">\n")
	x.open = append(x.open, name)
}

// end ends the innermost element.
func (x *xmlWriter) end() {
	name := x.open[len(x.open)-1]
	x.open = x.open[:len(x.open)-1]
	x.indent()
	x.WriteString("</" + name + ">\n")
}

// element writes an element that holds a text, or nothing.
func (x *xmlWriter) element(name, text string, attributes ...attribute) {
	x.tag(name, attributes)
	if text == "" {
		x.WriteString("/>\n")
		return
	}
	x.WriteString(">" + xmlEscape.Get().Replace(text) + "</" + name + ">\n")
}

func (x *xmlWriter) tag(name string, attributes []attribute) {
	x.indent()
	x.WriteString("<" + name)
	for _, a := range attributes {
		x.WriteString(" " + a.name + `="` + xmlEscape.Get().Replace(a.value) + `"`)
	}
}

func (x *xmlWriter) indent() { x.WriteString(strings.Repeat("  ", len(x.open))) }

// xmlHeader starts every document.
const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// xmlEscape writes what means something to XML. Control characters and bytes that
// are not UTF-8, which XML has no way to write, are made visible before.
var xmlEscape = late.Value[*strings.Replacer]{Make: func() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\n", "&#xA;")
}}
