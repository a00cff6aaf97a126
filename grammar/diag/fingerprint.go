package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Fingerprints names findings so that the same finding has the same name when
// other lines of its file come, go or move: by its code, the file, the text of its
// line without the layout, how much it matters, and how often that was there before.
type Fingerprints struct {
	Source func(file string) (string, bool) // the text of a file; may be nil
	Name   func(file string) string         // what to call a file; nil: as the findings do
	seen   map[string]int
}

// Of returns the name of a finding: 32 hexadecimal digits. The findings of a run
// are named in the order they are told.
func (f *Fingerprints) Of(d *Diagnostic) string {
	name := d.Subject.File
	if f.Name != nil && name != "" {
		name = f.Name(name)
	}
	text := strings.Join(strings.Fields(f.Line(d)), " ")
	if f.seen == nil {
		f.seen = make(map[string]int)
	}
	whole := fmt.Sprintf("%q %s %q %q", d.Code, d.Severity, name, text)
	n := f.seen[whole]
	f.seen[whole]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", whole, n))
	return hex.EncodeToString(sum[:16])
}

// Line returns the line that a finding starts in, empty when it is not at hand.
func (f *Fingerprints) Line(d *Diagnostic) string {
	if f.Source == nil || d.Subject.IsZero() {
		return ""
	}
	text, ok := f.Source(d.Subject.File)
	if !ok || d.Subject.Start.Offset > len(text) {
		return ""
	}
	start := strings.LastIndexByte(text[:d.Subject.Start.Offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return strings.TrimSuffix(line, "\r")
}
