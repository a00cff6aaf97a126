package migrate

import (
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Request says what to rewrite, and for which LXC.
type Request struct {
	File source.File
	// From is the LXC the file was written for. Zero takes it from the names: it is
	// the oldest that has them all, or today's if there is no name of LXC 1 and 2.
	// Quotes are then taken to mean what they mean to later versions.
	From keys.Version
	To   keys.Version // zero for the newest
	// Cgroup2 has limits of cgroup v1 rewritten for an LXC that still knows them.
	Cgroup2 bool
	// Include returns the files that an lxc.include line names, in LXC's order, nil
	// for what cannot be read. They are rewritten as well, in the place where they are
	// read. Without the function nothing can be read.
	Include func(value string) []source.File
}

// File is one file before and after.
type File struct {
	Name     string
	Old, New string
}

// Result is what came of it.
type Result struct {
	Files []File    // the main file, then those it includes, each once, as they are read
	Notes diag.List // what a person should know, or has to decide: warnings
}

// Rewrite rewrites a file and what it includes. It takes every text.
func Rewrite(r Request) Result {
	if r.To == 0 {
		r.To = keys.Newest
	}
	if r.Include == nil {
		r.Include = func(string) []source.File { return nil }
	}
	m := &migration{request: r, dialect: grammar.LXC}
	if r.From != 0 && r.From <= keys.V1_1 {
		m.dialect = grammar.LXC1
	}
	m.read(r.File, nil)
	m.survey()
	m.typesFirst()
	m.clearSections()
	for i := range m.settings {
		m.setting(&m.settings[i])
	}
	m.conclude()
	result := Result{Notes: m.notes}
	names := make([]string, len(m.documents))
	for i, d := range m.documents {
		names[i] = d.doc.File.Name
		result.Files = append(result.Files, File{Name: names[i], Old: d.doc.String(), New: diag.Apply(d.doc.String(), d.edits)})
	}
	result.Notes.Sort(names...)
	return result
}

// migration is the state of one Rewrite.
type migration struct {
	request   Request
	dialect   grammar.Dialect
	documents []*document
	settings  []setting // of all files, in the order LXC reads them
	unread    []setting // the includes that could not be read
	open      []string  // the files being read, outermost first
	notes     diag.List
	sections  sections
	whole
}

// document is one file on its way.
type document struct {
	doc   *grammar.Document
	edits []diag.Edit
}

// setting is one line that sets something, where LXC reads it.
type setting struct {
	in         *document
	content    grammar.Text // the line, without leading blanks
	key, value grammar.Text
	trail      []diag.Place
	place      int  // in the order LXC reads the lines
	again      bool // the file was read before: the line has its edits
}

// maxRead is how many settings are read at most. Files that include each other
// twice and twice again have no end.
const maxRead = 1 << 20

// read lists the settings of a file and of what it includes.
func (m *migration) read(f source.File, trail []diag.Place) {
	if slices.Contains(m.open, f.Name) || len(m.settings) > maxRead {
		return // an include loop, which loading the file reports
	}
	m.open = append(m.open, f.Name)
	defer func() { m.open = m.open[:len(m.open)-1] }()
	n := slices.IndexFunc(m.documents, func(d *document) bool { return d.doc.File.Name == f.Name })
	again := n >= 0
	if !again {
		n = len(m.documents)
		m.documents = append(m.documents, &document{doc: grammar.ParseAs(f, m.dialect)})
	}
	d := m.documents[n]
	for line := range d.doc.Lines() {
		content := d.doc.Content(line)
		if m.dialect == grammar.LXC1 && m.joined(d, line, content, trail, again) || line.Kind != grammar.LineAssign {
			continue
		}
		indent := len(content.String) - len(strings.TrimLeft(content.String, " \t"))
		s := setting{in: d, content: content.Sub(indent, len(content.String)), key: d.doc.Key(line), value: d.doc.Value(line),
			trail: trail, place: len(m.settings), again: again}
		if m.dialect == grammar.LXC1 { // part of the value, but the end of the line to every later LXC
			s.value = s.value.Sub(0, len(strings.TrimRight(s.value.String, " \t\r")))
		}
		m.settings = append(m.settings, s)
		if s.key.String != keys.Include || s.value.String == "" {
			continue
		}
		files := m.request.Include(s.value.String)
		if files == nil {
			m.unread = append(m.unread, s)
		}
		below := append(trail[:len(trail):len(trail)], diag.Place{File: f.Name, Line: s.key.Range.Start.Line})
		for _, included := range files {
			m.read(included, below)
		}
	}
}

// joined handles a line of LXC 1 with a CR inside, which to every later LXC is two
// lines: it becomes one without a CR, a setting a comment.
func (m *migration) joined(d *document, line *grammar.Line, content grammar.Text, trail []diag.Place, again bool) bool {
	text := strings.TrimRight(content.String, " \t\r")
	if !strings.Contains(text, "\r") || line.Kind == grammar.LineRest {
		return false
	}
	if again {
		return true
	}
	one := strings.ReplaceAll(text, "\r", " ")
	switch {
	case line.Kind != grammar.LineAssign && strings.HasPrefix(strings.TrimLeft(one, " \t"), "lxc."):
		one = "# " + one // LXC 1 does not take it for a setting
	case line.Kind == grammar.LineAssign:
		one = "# " + one + " (no value can hold a carriage return)"
		m.note(&setting{content: content, key: d.doc.Key(line), trail: trail}, diag.Warning, "carriage-return",
			"the value holds a carriage return, which ends the line today", "Write the value without it.")
	}
	d.edits = append(d.edits, diag.Edit{Range: content.Sub(0, len(text)).Range, Text: one})
	return true
}

// replace writes another text at a place.
func (m *migration) replace(s *setting, at grammar.Text, text string) {
	if at.String != text && !s.again {
		s.in.edits = append(s.in.edits, diag.Edit{Range: at.Range, Text: text})
	}
}

// set writes another key and value.
func (m *migration) set(s *setting, key, value string) {
	m.replace(s, s.key, key)
	m.replace(s, s.value, value)
}

// retire makes a comment of a line, with the reason behind it.
func (m *migration) retire(s *setting, reason string) {
	if s.again {
		return
	}
	start, end := s.content.Sub(0, 0), s.content.Sub(len(strings.TrimRight(s.content.String, " \t\r")), len(s.content.String))
	s.in.edits = append(s.in.edits, diag.Edit{Range: start.Range, Text: "# "}, diag.Edit{Range: end.Range, Text: " (" + reason + ")" + strings.TrimLeft(end.String, " \t")})
}

// above writes a line above that of a setting, indented as that one.
func (m *migration) above(s *setting, text string) {
	if s.again {
		return
	}
	file := s.in.doc.String()
	start := s.content.Range.Start.Offset
	indent := file[:start]
	indent = indent[len(strings.TrimRight(indent, " \t")):]
	end := file[s.content.Range.End.Offset:]
	end = end[:len(end)-len(strings.TrimLeft(end, "\r\n"))]
	switch {
	case strings.HasPrefix(end, "\r\n"), strings.HasSuffix(s.content.String, "\r"):
		end = "\r\n"
	case strings.HasPrefix(end, "\r"):
		end = "\r"
	default:
		end = "\n"
	}
	s.in.edits = append(s.in.edits, diag.Edit{Range: s.content.Sub(0, 0).Range, Text: text + end + indent})
}

// note tells a person about a line: a warning asks for a decision.
func (m *migration) note(s *setting, severity diag.Severity, code, summary, detail string) {
	if s.again {
		return
	}
	m.notes = append(m.notes, diag.Diagnostic{
		Code: "migrate/" + code, Severity: severity, Effect: diag.Advice, Summary: summary, Detail: detail,
		Subject: s.content.Range, Key: s.key.String, Trail: s.trail,
	})
}
