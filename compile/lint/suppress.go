package lint

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// A comment on a line of its own suppresses findings, in every kind of file that
// is checked:
//
//	# lxcfg: ignore=CODE[,CODE…] reason        of the next line that is no comment
//	# lxcfg: ignore-file=CODE[,CODE…] reason   of the whole file; above the first setting
//
// A code may be a pattern, such as mount/*.

// commentMark is what a comment for lxcfg has behind its #.
const commentMark = "lxcfg:"

// suppressions are the comments of one file.
type suppressions struct {
	list     []*suppression
	findings diag.List // about the comments themselves
}

// suppression is one comment.
type suppression struct {
	whole bool // for the whole file
	line  int  // the line it is for otherwise, 0 for none
	codes []suppressedCode
	all   source.Range // the line of the comment, with its end
}

// suppressedCode is one code of a comment.
type suppressedCode struct {
	pattern string
	at      source.Range
	used    bool
}

// findSuppressions reads the comments of a file.
func findSuppressions(f source.File) *suppressions {
	s := &suppressions{}
	if !strings.Contains(f.Text, commentMark) {
		return s
	}
	var open []*suppression // that wait for the line they are for
	settings := headLines(f)
	offset, number := 0, 0
	for line := range strings.Lines(f.Text) {
		number++
		start := source.Pos{Offset: offset, Line: number, Column: 1}
		offset += len(line)
		content := strings.Trim(line, " \t\r\n")
		switch {
		case content == "":
		case content[0] != '#':
			for _, waiting := range open {
				waiting.line = number
			}
			open = nil
			settings--
		default:
			end := source.Pos{Offset: offset, Line: number + 1, Column: 1}
			if !strings.HasSuffix(line, "\n") {
				end = source.Pos{Offset: offset, Line: number, Column: 1 + len(line)}
			}
			c := comment{file: s, text: line, at: source.Range{File: f.Name, Start: start, End: end}, late: settings < 0}
			if found := c.read(); found != nil && !found.whole {
				open = append(open, found)
			}
		}
	}
	return s
}

// headLines is how many lines of a file that are no comments stand above its
// settings: those of the version and the style of a policy.
func headLines(f source.File) int {
	n := 0
	if seccomp.Detect(f) {
		for _, l := range seccomp.Parse(f).Lines {
			if l.Kind == seccomp.LineHead {
				n++
			}
		}
	}
	return n
}

// comment is one line with a comment, as it is read.
type comment struct {
	file *suppressions
	text string
	at   source.Range
	late bool // a setting stands above
}

// read takes a comment apart and adds what it says, nil for one that is not for
// lxcfg.
func (c *comment) read() *suppression {
	hash := strings.IndexByte(c.text, '#')
	rest := strings.TrimLeft(c.text[hash+1:], " \t")
	rest, isOurs := strings.CutPrefix(rest, commentMark)
	if !isOurs {
		return nil
	}
	rest = strings.TrimRight(rest, " \t\r\n")
	found := &suppression{all: c.at}
	word, rest, hasCodes := strings.Cut(strings.TrimLeft(rest, " \t"), "=")
	switch {
	case hasCodes && word == "ignore":
	case hasCodes && word == "ignore-file":
		found.whole = true
	default:
		c.report(c.content(), unreadableSuppression, diag.Warning, "lxcfg does not understand this comment", "Write `# lxcfg: ignore=CODE reason`, or ignore-file above the first setting.")
		return nil
	}
	reason := c.codes(found, rest)
	if len(found.codes) == 0 {
		c.report(c.content(), unreadableSuppression, diag.Warning, "the comment names no code", "Write the code of the finding behind the equals sign.")
		return nil
	}
	if reason == "" {
		c.report(c.content(), withoutReason, diag.Info, "the comment gives no reason", "Write it behind the codes, for whoever reads the file next.")
	}
	if found.whole && c.late {
		c.report(c.content(), misplacedSuppression, diag.Warning, "a comment for the whole file stands above its first setting", "Move it to the top of the file.")
		return nil
	}
	c.file.list = append(c.file.list, found)
	return found
}

// codes reads the codes of a comment, which end at a blank that stands behind no
// comma, and returns the reason behind them.
func (c *comment) codes(s *suppression, text string) (reason string) {
	at := strings.LastIndex(c.text, text) // text is the end of the line but for blanks
	if text == "" {
		return ""
	}
	for {
		blanks := len(text) - len(strings.TrimLeft(text, " \t"))
		text, at = text[blanks:], at+blanks
		end := strings.IndexAny(text, ", \t")
		if end < 0 {
			end = len(text)
		}
		if word := text[:end]; word != "" {
			c.code(s, word, c.at.Sub(at, at+end))
		}
		text, at = text[end:], at+end
		behind := strings.TrimLeft(text, " \t")
		if !strings.HasPrefix(behind, ",") {
			return behind
		}
		at += len(text) - len(behind) + 1
		text = behind[1:]
	}
}

// code adds one code of a comment.
func (c *comment) code(s *suppression, word string, at source.Range) {
	if err := checkPattern(word); err != nil {
		f := c.report(at, unknownCode, diag.Warning, fmt.Sprintf("there is no code %q", word), "`lxcfg explain` lists all codes.")
		if best := SuggestCode(word); best != "" {
			f.Detail = fmt.Sprintf("Did you mean %q?", best)
			f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", best), Edits: []diag.Edit{{Range: at, Text: best}}}}
		}
		s.codes = append(s.codes, suppressedCode{pattern: word, at: at, used: true}) // told already
		return
	}
	s.codes = append(s.codes, suppressedCode{pattern: word, at: at})
}

// content is the comment without what stands around it.
func (c *comment) content() source.Range {
	start := strings.IndexByte(c.text, '#')
	return c.at.Sub(start, len(strings.TrimRight(c.text, " \t\r\n")))
}

func (c *comment) report(at source.Range, code string, severity diag.Severity, summary, detail string) *diag.Diagnostic {
	c.file.findings = append(c.file.findings, diag.Diagnostic{Code: code, Severity: severity, Effect: diag.Advice, Summary: summary, Detail: detail, Subject: at})
	return &c.file.findings[len(c.file.findings)-1]
}

// suppresses reports whether a comment of the file is about a finding, and notes
// that it was needed.
func (s *suppressions) suppresses(d *diag.Diagnostic) bool {
	found := false
	for _, c := range s.list {
		if !c.whole && c.line != d.Subject.Start.Line {
			continue
		}
		for i := range c.codes {
			if matches(c.codes[i].pattern, d.Code) {
				c.codes[i].used, found = true, true
			}
		}
	}
	return found
}

// unused lists the codes that suppressed nothing. Where none of a comment did, its
// line can go.
func (s *suppressions) unused() diag.List {
	var list diag.List
	for _, c := range s.list {
		idle := 0
		for _, code := range c.codes {
			if !code.used {
				idle++
			}
		}
		for i, code := range c.codes {
			if code.used {
				continue
			}
			where := "the next line has"
			if c.whole {
				where = "the file has"
			}
			list = append(list, diag.Diagnostic{
				Code: unusedSuppression, Severity: diag.Warning, Effect: diag.Advice, Subject: code.at,
				Summary: fmt.Sprintf("%s no finding %q to suppress", where, code.pattern),
				Detail:  "Remove it, or it hides the next one.",
				Fixes:   []diag.Fix{{Title: "remove it", Safe: true, Edits: []diag.Edit{{Range: c.without(i, idle)}}}},
			})
		}
	}
	return list
}

// without is what to remove for a code to go: with the comma beside it, or the
// whole line when all codes go.
func (c *suppression) without(i, idle int) source.Range {
	if idle == len(c.codes) {
		return c.all
	}
	at := c.codes[i].at
	if i > 0 {
		at.Start = c.codes[i-1].at.End
	} else {
		at.End = c.codes[1].at.Start
	}
	return at
}
