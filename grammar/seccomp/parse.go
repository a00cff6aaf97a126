package seccomp

import (
	"fmt"
	"strconv"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Parse reads a policy file. It cannot fail: Findings says what is wrong.
func Parse(f source.File) *Policy {
	p := &parser{policy: &Policy{File: f, Default: Action{Kind: Kill}}, section: "all"}
	p.split()
	if p.version() && p.style() {
		for _, l := range p.lines[p.at:] {
			if p.policy.Version == 1 {
				p.numberLine(l)
			} else {
				p.ruleLine(l)
			}
		}
	}
	return p.policy
}

// parser is the state of one parse.
type parser struct {
	policy  *Policy
	lines   []Text
	at      int // the next line
	section string
}

// split cuts the file into lines at LF. A CR stays: LXC does not know it.
func (p *parser) split() {
	offset := 0
	for line := range strings.Lines(p.policy.File.Text) {
		text := strings.TrimSuffix(line, "\n")
		n := len(p.lines) + 1
		p.lines = append(p.lines, Text{text, source.Range{
			File:  p.policy.File.Name,
			Start: source.Pos{Offset: offset, Line: n, Column: 1},
			End:   source.Pos{Offset: offset + len(text), Line: n, Column: len(text) + 1},
		}})
		offset += len(line)
	}
}

// version reads the first word of the file; the style may follow on its line.
func (p *parser) version() bool {
	for p.at < len(p.lines) && strings.TrimSpace(p.lines[p.at].String) == "" {
		p.at++
	}
	if p.at == len(p.lines) {
		p.fail(Text{Range: source.Range{File: p.policy.File.Name, Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Line: 1, Column: 1}}},
			"seccomp/no-version", "Start the file with a line `2`.", "the policy is empty")
		return false
	}
	line := p.lines[p.at]
	from := len(line.String) - len(strings.TrimLeft(line.String, " \t"))
	to := from
	for to < len(line.String) && line.String[to] >= '0' && line.String[to] <= '9' {
		to++
	}
	switch line.String[from:to] {
	case "1":
		p.policy.Version = 1
	case "2":
		p.policy.Version = 2
	default:
		p.fail(line, "seccomp/no-version", "Start the file with the version, 1 or 2, on a line of its own; comments come later.", "%q is no version of a policy", line.String)
		return false
	}
	if rest := strings.TrimLeft(line.String[to:], " \t"); rest != "" {
		p.lines[p.at] = line.sub(len(line.String)-len(rest), len(line.String))
		return true
	}
	p.at++
	return true
}

// style reads the line that says what the list is of.
func (p *parser) style() bool {
	if p.at == len(p.lines) {
		p.fail(p.lines[p.at-1], "seccomp/no-style", "Write allowlist or denylist on the line behind the version.", "the policy does not say what it lists")
		return false
	}
	line := p.lines[p.at]
	p.at++
	switch s := line.String; {
	case p.policy.Version == 1 && strings.Contains(s, "allowlist"):
		p.policy.Allowlist = true
		return true
	case strings.Contains(s, "debug"):
		p.fail(line, "seccomp/debug", "Remove the word; LXC takes it no more.", "the policy asks for debugging")
		return false
	case strings.HasPrefix(s, "allowlist"), strings.HasPrefix(s, "whitelist"):
		p.policy.Allowlist = true
	case p.policy.Version == 2 && (strings.HasPrefix(s, "denylist") || strings.HasPrefix(s, "blacklist")):
		p.policy.Default = Action{Kind: Allow}
	default:
		p.fail(line, "seccomp/no-style", "Write allowlist or denylist; version 1 takes allowlist only.", "%q is no style of a policy", s)
		return false
	}
	if n := strings.IndexByte(line.String, ' '); n >= 0 {
		action, ok := p.action(line.sub(n+1, len(line.String)), true)
		if !ok {
			return false
		}
		p.policy.Default = action
	}
	return true
}

// numberLine reads a line of version 1: the number of a call.
func (p *parser) numberLine(l Text) {
	digits := 0
	for digits < len(l.String) && l.String[digits] >= '0' && l.String[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseUint(l.String[:digits], 10, 31)
	if err != nil {
		p.fail(l, "seccomp/no-number", "Version 1 takes numbers of system calls only, without blank lines and comments. Write version 2 to use names.",
			"%q is no number of a system call", l.String)
		return
	}
	p.policy.Rules = append(p.policy.Rules, Rule{
		Section: "all", Call: l.sub(0, digits), Number: uint32(n), Action: Action{Kind: Allow}, Range: l.Range,
	})
}

// fail records something that makes LXC refuse the policy.
func (p *parser) fail(at Text, code, detail, format string, args ...any) {
	p.finding(at, code, diag.Error, diag.FailsAtStart, detail, format, args...)
}

// ignored records a line that LXC reads and that has no effect: a call meant to
// be filtered is not.
func (p *parser) ignored(at Text, code, detail, format string, args ...any) {
	p.finding(at, code, diag.Warning, diag.SilentlyDifferent, detail, format, args...)
}

func (p *parser) finding(at Text, code string, s diag.Severity, e diag.Effect, detail, format string, args ...any) {
	p.policy.Findings = append(p.policy.Findings, diag.Diagnostic{
		Code: code, Severity: s, Effect: e, Summary: fmt.Sprintf(format, args...), Detail: detail, Subject: at.Range, Key: "lxc.seccomp.profile",
	})
}

// sub is the part of a text from byte i to byte j.
func (t Text) sub(i, j int) Text { return Text{t.String[i:j], t.Range.Sub(i, j)} }
