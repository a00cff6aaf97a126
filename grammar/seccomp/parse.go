package seccomp

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Parse reads a policy file as the newest LXC does. It cannot fail: Findings says
// what is wrong.
func Parse(f source.File) *Policy { return ParseFor(f, newestLXC) }

// ParseFor reads a policy file as an LXC of a major version does. LXC 4 brought the
// words allowlist and denylist and the action notify, LXC 6 an architecture.
func ParseFor(f source.File, lxc int) *Policy {
	p := &parser{policy: &Policy{File: f, Default: Action{Kind: Kill}}, lxc: lxc}
	if head, ok := p.version(); ok && p.style(head) {
		p.section = "all"
		for i := range p.body {
			if l := &p.body[i]; p.policy.Version == 1 {
				l.Kind = p.numberLine(l.Text)
			} else {
				l.Kind = p.ruleLine(l.Text)
			}
		}
	}
	return p.policy
}

const newestLXC = 7

// byteOrderMark is what some editors put before a text in UTF-8.
const byteOrderMark = "\ufeff"

// parser is the state of one parse.
type parser struct {
	policy  *Policy
	lxc     int
	body    []Line // behind the style
	section string
}

// version reads the number that the file starts with, as scanf(3) does, and returns
// the line of the style: blanks and empty lines before it are passed over.
func (p *parser) version() (style Text, ok bool) {
	text := p.policy.File.Text
	start := skipBlanks(text, 0)
	end := start + numberLength(text[start:])
	n, isNumber := scanNumber(text[start:end])
	lines := splitLines(p.policy.File)
	p.policy.Lines = lines
	head := lineAt(lines, start)
	for i := range lines[:head] {
		lines[i].Kind = LineBlank
	}
	if !isNumber || n != 1 && n != 2 {
		at := lines[head].Text
		f := p.fail(at, "seccomp/no-version", "Start the file with the version, 1 or 2, on a line of its own; comments come later.", "%q is no version of a policy", at.String)
		if strings.HasPrefix(at.String, byteOrderMark) {
			f.Fixes = at.sub(0, len(byteOrderMark)).replace("remove the byte order mark", "", true)
		}
		return Text{}, false
	}
	p.policy.Version = int(n)
	from := skipBlanks(text, end)
	last := lineAt(lines, from)
	for i := head; i <= last; i++ {
		lines[i].Kind = LineBlank
	}
	lines[head].Kind, lines[last].Kind = LineHead, LineHead
	style, p.body = lines[last].Text, lines[last+1:]
	if from == len(text) {
		p.fail(style, "seccomp/no-style", "Write allowlist or denylist on the line behind the version.", "the policy does not say what it lists")
		return style, false
	}
	return style.sub(from-style.Range.Start.Offset, len(style.String)), true
}

// style reads the line that says what the list is of.
func (p *parser) style(line Text) bool {
	allow, deny := []string{"allowlist", "whitelist"}, []string{"denylist", "blacklist"}
	if p.lxc < 4 {
		allow, deny = allow[1:], deny[1:]
	}
	detail := fmt.Sprintf("Write %s or %s; version 1 takes %s only.", allow[0], deny[0], allow[0])
	switch s := line.String; {
	case p.policy.Version == 1 && !strings.Contains(s, allow[0]):
		p.fail(line, "seccomp/no-style", detail, "%q is no style of a policy of version 1", s)
		return false
	case strings.Contains(s, "debug"):
		p.fail(line, "seccomp/debug", "Remove the word; LXC takes it no more.", "the policy asks for debugging")
		return false
	case p.policy.Version == 1:
		p.policy.Allowlist = true
		return true
	case hasPrefix(s, allow):
		p.policy.Allowlist = true
	case hasPrefix(s, deny):
		p.policy.Default = Action{Kind: Allow}
	default:
		p.fail(line, "seccomp/no-style", detail, "%q is no style of a policy", s)
		return false
	}
	if n := strings.IndexByte(line.String, ' '); n >= 0 {
		behind := line.sub(n, len(line.String))
		if word := behind.trimLeft().String; word == "" || word[0] == '#' {
			p.fail(behind, "seccomp/behind-style", "LXC takes what stands behind a blank here for an action. Remove it.", "%q is no action", behind.String).
				Fixes = behind.replace("remove it", "", true)
			return false
		}
		action, ok := p.action(behind.trimLeft())
		if !ok {
			return false
		}
		p.policy.Default = action
	}
	return true
}

func hasPrefix(s string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// numberLine reads a line of version 1: the number of a call, and text that LXC
// passes over.
func (p *parser) numberLine(l Text) LineKind {
	start := skipBlanks(l.String, 0)
	end := start + numberLength(l.String[start:])
	n, ok := scanNumber(l.String[start:end])
	if !ok || n < 0 {
		p.fail(l, "seccomp/no-number", "Version 1 takes numbers of system calls only, without blank lines and comments. Write version 2 to use names.",
			"%q is no number of a system call", l.String)
		return LineUnknown
	}
	p.policy.Rules = append(p.policy.Rules, Rule{
		Section: "all", Call: l.sub(start, end), Number: uint32(n), Action: Action{Kind: Allow}, Range: l.Range,
	})
	return LineRule
}

// fail records something that makes LXC refuse the policy. The finding may be
// added to until the next one.
func (p *parser) fail(at Text, code, detail, format string, args ...any) *diag.Diagnostic {
	return p.report(at, code, diag.Error, diag.FailsAtStart, detail, format, args...)
}

// ignored records text that LXC passes over or takes for something else.
func (p *parser) ignored(at Text, code, detail, format string, args ...any) *diag.Diagnostic {
	return p.report(at, code, diag.Warning, diag.SilentlyDifferent, detail, format, args...)
}

func (p *parser) report(at Text, code string, s diag.Severity, e diag.Effect, detail, format string, args ...any) *diag.Diagnostic {
	p.policy.findings = append(p.policy.findings, finding{p.section, diag.Diagnostic{
		Code: code, Severity: s, Effect: e, Summary: fmt.Sprintf(format, args...), Detail: detail, Subject: at.Range, Key: "lxc.seccomp.profile",
	}})
	return &p.policy.findings[len(p.policy.findings)-1].Diagnostic
}
