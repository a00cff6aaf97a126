package seccomp

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/grammar/diag"
)

// forceUmount is the name of a rule LXC has built in: umount2(2) with MNT_FORCE
// fails with EACCES.
const forceUmount = "reject_force_umount"

// ruleLine reads a line of version 2: a section, a comment or a rule.
func (p *parser) ruleLine(l Text) LineKind {
	switch {
	case l.String == "":
		return LineBlank
	case l.String[0] == '#':
		return LineComment
	case l.String[0] == '[':
		return p.sectionLine(l)
	}
	name, rest := l, l.sub(len(l.String), len(l.String))
	if n := strings.IndexByte(l.String, ' '); n >= 0 {
		name, rest = l.sub(0, n), l.sub(n+1, len(l.String)).trimLeft()
	}
	rule := Rule{Section: p.section, Call: name, Action: p.ruleDefault(), Range: l.Range}
	if rest.String != "" && rest.String[0] != '#' {
		action, ok := p.action(rest)
		if !ok {
			p.misplacedName(l, name)
			return LineUnknown
		}
		rule.Action = action
	}
	if n := strings.IndexByte(l.String, '['); n >= 0 {
		var ok bool
		if rule.Conditions, ok = p.conditions(l.sub(n, len(l.String))); !ok {
			return LineUnknown
		}
	}
	if strings.HasPrefix(l.String, forceUmount) {
		rule.Call, rule.Action = Text{"umount2", l.Range}, Action{Errno, 13}          // EACCES
		rule.Conditions = []Condition{{Index: 1, Op: MaskedEqual, Value: 1, Mask: 1}} // MNT_FORCE
	}
	p.policy.Rules = append(p.policy.Rules, rule)
	return LineRule
}

// misplacedName mends the last finding, about an action, when the cause stands
// before it: a blank before the name, or a tab behind it.
func (p *parser) misplacedName(l, name Text) {
	f := &p.policy.findings[len(p.policy.findings)-1]
	tab := strings.IndexByte(name.String, '\t')
	switch {
	case name.String == "":
		blanks := l.sub(0, len(l.String)-len(l.trimLeft().String))
		f.Code, f.Subject = "seccomp/leading-blank", blanks.Range
		f.Detail = "LXC takes the name to end at the first blank, and what follows for an action. Remove the blanks before the name."
		f.Fixes = blanks.replace("remove the blanks", "", true)
	case tab > 0:
		tabs := name.sub(tab, tab+len(name.String[tab:])-len(strings.TrimLeft(name.String[tab:], "\t")))
		f.Code, f.Subject = "seccomp/tab", tabs.Range
		f.Detail = "Only blanks separate: LXC takes the tab for a part of the name, and what follows the next blank for an action. Write a blank."
		f.Fixes = tabs.replace("write a blank", " ", true)
	}
}

// ruleDefault is the action of a rule that names none: the opposite of what
// happens to the rest.
func (p *parser) ruleDefault() Action {
	if p.policy.Allowlist {
		return Action{Kind: Allow}
	}
	return Action{Kind: Kill}
}

// sectionLine reads "[x86]": the rules below are meant for that architecture.
func (p *parser) sectionLine(l Text) LineKind {
	name := strings.TrimSuffix(strings.TrimPrefix(l.String, "["), "]")
	lower := strings.ToLower(name)
	known := (name == lower || name == strings.ToUpper(lower)) && l.String == "["+name+"]"
	if known && slices.Contains(Architectures(p.lxc), lower) {
		p.section = lower
		return LineSection
	}
	p.section = "" // LXC looks at the line on every machine
	f := p.fail(l, "seccomp/section", "Write [all], or an architecture such as [x86_64], [x86], [x32], [arm64] or [arm], without anything behind it.",
		"%q is no section of a policy", l.String)
	if meant, ok := p.sectionMeant(l.String); ok {
		f.Fixes = l.replace(fmt.Sprintf("write %q", meant), meant, strings.EqualFold(strings.TrimSpace(l.String), meant))
	}
	return LineUnknown
}

// sectionMeant finds the section that a line was most likely meant to be.
func (p *parser) sectionMeant(line string) (string, bool) {
	word, _, _ := strings.Cut(strings.ToLower(line[1:]), "]")
	word = strings.TrimSpace(word)
	switch word {
	case "amd64", "x86-64":
		word = "x86_64"
	case "i386", "i686":
		word = "x86"
	case "aarch64":
		word = "arm64"
	}
	meant, ok := word, slices.Contains(Architectures(p.lxc), word)
	if !ok {
		meant, ok = diag.Suggest(word, slices.Values(Architectures(p.lxc)))
	}
	return "[" + meant + "]", ok
}

// Architectures are the names of sections that an LXC of a major version knows.
func Architectures(lxc int) []string {
	names := []string{"all", "x86", "x86_64", "x32", "arm", "arm64", "ppc", "ppc64", "ppc64le", "mips", "mips64", "mips64n32",
		"mipsel", "mipsel64", "mipsel64n32", "s390", "s390x"}
	if lxc >= 6 {
		names = append(names, "loongarch64")
	}
	return names
}

// maxErrno is the largest error number libseccomp lets a filter return.
const maxErrno = 4094

// action reads an action at the start of a text. LXC looks at the start of the
// word only, and takes "errno" with a number right behind it.
func (p *parser) action(t Text) (Action, bool) {
	for _, kind := range [...]ActionKind{Kill, Allow, Trap, Notify} {
		if !strings.HasPrefix(t.String, string(kind)) || kind == Notify && p.lxc < 4 {
			continue
		}
		if word := t.word(); word.String != string(kind) {
			p.ignored(word, "seccomp/action-prefix", "LXC looks at the first letters of the word only.", "%q is read as %q", word.String, kind).
				Fixes = word.replace(fmt.Sprintf("write %q", kind), string(kind), true)
		}
		return Action{Kind: kind}, true
	}
	rest, ok := strings.CutPrefix(t.String, string(Errno))
	if !ok {
		p.fail(t, "seccomp/action", "Write one of kill, errno NUMBER, allow, trap or notify.", "%q is no action", t.String)
		return Action{}, false
	}
	digits := rest[skipBlanks(rest, 0):]
	end := numberLength(digits)
	n, ok := scanNumber(digits[:end])
	if !ok {
		p.fail(t, "seccomp/errno", "Write the number of the error, such as 1 for EPERM; LXC takes no names.", "%q has no error number", t.String)
		return Action{}, false
	}
	number := uint16(n)
	if number > maxErrno {
		p.fail(t, "seccomp/errno", "Error numbers go from 0 to 4094.", "%d is no error number", n)
		return Action{}, false
	}
	if n != int32(number) || end < len(digits) && digits[end] == 'x' {
		written := t.sub(0, len(t.String)-len(digits)+end)
		if behind := t.sub(len(written.String), len(t.String)).word(); behind.String != "" {
			written = t.sub(0, len(written.String)+len(behind.String))
		}
		p.ignored(written, "seccomp/errno-range", "Write a decimal number from 0 to 4094.", "%q means error %d", written.String, number).
			Fixes = written.replace(fmt.Sprintf("write \"errno %d\"", number), fmt.Sprintf("errno %d", number), true)
	}
	return Action{Errno, number}, true
}
