package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// baselineFormat is the number of the form of a baseline. A file of another form is
// refused.
const baselineFormat = 1

// Baseline is the findings that are known and not told again, as a file holds them.
type Baseline struct {
	file    source.File
	entries []baselineEntry
	index   map[string]int // of entries, by fingerprint
	used    []bool
	names   diag.Fingerprints
	gone    func(file string) bool
}

// baselineEntry is one finding. The fingerprint is what counts, the rest is for
// people.
type baselineEntry struct {
	Fingerprint string `json:"fingerprint"`
	Code        string `json:"code"`
	File        string `json:"file"` // below the directory of the baseline
	Line        string `json:"line"` // the text at fault
}

type baselineFile struct {
	Format   int             `json:"format"`
	Findings []baselineEntry `json:"findings"`
}

// ParseBaseline reads a baseline. The function name says what a file of a finding
// is called in it, and gone whether a file that is called so is not there any more.
func ParseBaseline(f source.File, name func(file string) string, gone func(file string) bool) (*Baseline, error) {
	var content baselineFile
	decoder := json.NewDecoder(strings.NewReader(f.Text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&content); err != nil {
		return nil, fmt.Errorf("%s is no baseline of lxcfg: %w", f.Name, err)
	}
	if content.Format != baselineFormat {
		return nil, fmt.Errorf("%s is a baseline of format %d, and this lxcfg reads format %d; --write-baseline writes it anew", f.Name, content.Format, baselineFormat)
	}
	b := &Baseline{file: f, entries: content.Findings, index: make(map[string]int), used: make([]bool, len(content.Findings)), gone: gone}
	b.names.Name = name
	for i, e := range b.entries {
		if _, twice := b.index[e.Fingerprint]; twice {
			return nil, fmt.Errorf("%s holds the fingerprint %q twice", f.Name, e.Fingerprint)
		}
		b.index[e.Fingerprint] = i
	}
	return b, nil
}

// unknown are the findings that a baseline does not hold.
func (r *Result) unknown(list diag.List, b *Baseline) diag.List {
	if b == nil {
		return list
	}
	b.names.Source = r.Text
	kept := make(diag.List, 0, len(list))
	for i := range list {
		if n, known := b.index[b.names.Of(&list[i])]; known {
			b.used[n] = true
			r.Left.Known++
			continue
		}
		kept = append(kept, list[i])
	}
	return kept
}

// Text returns the text of a file that was read.
func (r *Result) Text(name string) (string, bool) {
	text, ok := r.Texts[name]
	return text, ok
}

// staleBaselines tells of entries whose findings are gone: of the files that were
// read, and of those that are not there any more.
func (c *collecting) staleBaselines(results []checked) {
	told := make(map[*Baseline]bool)
	for i := range results {
		if c.request.Baseline == nil || results[i].err != nil {
			continue
		}
		b := c.request.Baseline(results[i].name)
		if b == nil || told[b] {
			continue
		}
		told[b] = true
		c.result.Texts[b.file.Name] = b.file.Text
		read := make(map[string]bool)
		for name := range c.result.Texts {
			read[b.names.Name(name)] = true
		}
		c.show(results[i].name, b.stale(read))
	}
}

// stale lists the entries of files that were read, or are gone, and that no finding
// was like.
func (b *Baseline) stale(read map[string]bool) diag.List {
	var list diag.List
	for i, e := range b.entries {
		if b.used[i] || !read[e.File] && !b.gone(e.File) {
			continue
		}
		list = append(list, diag.Diagnostic{
			Code: staleBaseline, Severity: diag.Warning, Effect: diag.Advice, Subject: b.place(e.Fingerprint),
			Summary: fmt.Sprintf("%s has no finding %q at %q any more", e.File, e.Code, e.Line),
			Detail:  "Write the baseline anew with --write-baseline, or remove the line.",
		})
	}
	return list
}

// place finds a fingerprint in the text of the baseline.
func (b *Baseline) place(fingerprint string) source.Range {
	offset := max(0, strings.Index(b.file.Text, fingerprint))
	above := b.file.Text[:offset]
	start := source.Pos{Offset: offset, Line: 1 + strings.Count(above, "\n"), Column: offset - strings.LastIndexByte(above, '\n')}
	end := start
	end.Offset += len(fingerprint)
	end.Column += len(fingerprint)
	return source.Range{File: b.file.Name, Start: start, End: end}
}

// WriteBaseline returns the text of a baseline that holds findings, one a line, so
// that a change of it is a change of lines.
func WriteBaseline(r *Result, name func(file string) string) (string, error) {
	names := diag.Fingerprints{Source: r.Text, Name: name}
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"format\":%d,\"findings\":[", baselineFormat)
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	separator := "\n"
	for i := range r.Findings {
		d := &r.Findings[i]
		if d.Code == staleBaseline || d.Unlisted > 0 {
			continue
		}
		out.WriteString(separator)
		line := strings.ToValidUTF8(strings.Join(strings.Fields(names.Line(d)), " "), string(utf8.RuneError))
		if err := encoder.Encode(baselineEntry{names.Of(d), d.Code, name(d.Subject.File), line}); err != nil {
			return "", err
		}
		out.Truncate(out.Len() - 1) // the encoder ends the line
		separator = ",\n"
	}
	out.WriteString("\n]}\n")
	return out.String(), nil
}
