package seccomp

import (
	"strconv"
	"strings"
)

// forceUmount is the name of a rule LXC has built in: umount2(2) with MNT_FORCE
// fails with EACCES.
const forceUmount = "reject_force_umount"

// ruleLine reads a line of version 2: a section, a comment or a rule.
func (p *parser) ruleLine(l Text) {
	switch {
	case l.String == "" || l.String[0] == '#':
		return
	case l.String[0] == '[':
		p.sectionLine(l)
		return
	case strings.HasPrefix(l.String, forceUmount):
		p.policy.Rules = append(p.policy.Rules, Rule{
			Section: p.section, Call: Text{"umount2", l.Range}, Action: Action{Errno, 13}, // EACCES
			Conditions: []Condition{{Index: 1, Op: MaskedEqual, Value: 1, Mask: 1}}, // MNT_FORCE
			Range:      l.Range,
		})
		return
	}
	name, rest := l, Text{}
	if n := strings.IndexByte(l.String, ' '); n >= 0 {
		name, rest = l.sub(0, n), l.sub(n+1, len(l.String))
	}
	if name.String == "" {
		p.fail(l, "seccomp/leading-blank", "Remove the blanks before the name.", "the line starts with a blank")
		return
	}
	rule := Rule{Section: p.section, Call: name, Action: p.ruleDefault(), Range: l.Range}
	rest = rest.trimLeft()
	if rest.String != "" && rest.String[0] != '#' {
		action, ok := p.action(rest, false)
		if !ok {
			return
		}
		rule.Action = action
		if n := strings.IndexByte(rest.String, '['); n >= 0 {
			if rule.Conditions, ok = p.conditions(rest.sub(n, len(rest.String))); !ok {
				return
			}
		}
	}
	p.policy.Rules = append(p.policy.Rules, rule)
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
func (p *parser) sectionLine(l Text) {
	name := strings.TrimSuffix(strings.TrimPrefix(l.String, "["), "]")
	lower := strings.ToLower(name)
	known := name == lower || name == strings.ToUpper(name)
	if !known || l.String != "["+name+"]" || !isArchitecture(lower) {
		p.fail(l, "seccomp/section", "Write [all], or an architecture such as [x86_64], [x86], [x32], [arm64] or [arm], without anything behind it.",
			"%q is no section of a policy", l.String)
		return
	}
	p.section = lower
}

func isArchitecture(name string) bool {
	switch name {
	case "all", "x86", "x86_64", "x32", "arm", "arm64", "ppc", "ppc64", "ppc64le", "mips", "mips64", "mips64n32",
		"mipsel", "mipsel64", "mipsel64n32", "s390", "s390x", "loongarch64":
		return true
	}
	return false
}

// maxErrno is the largest error number the kernel lets a filter return.
const maxErrno = 4095

// action reads an action at the start of a text. LXC looks at the start of the
// word only, and takes "errno" with a number right behind it. In the place of the
// default "allow" and others are the same words.
func (p *parser) action(t Text, isDefault bool) (Action, bool) {
	for _, kind := range [...]ActionKind{Kill, Allow, Trap, Notify} {
		if strings.HasPrefix(t.String, string(kind)) {
			if word, _, _ := strings.Cut(t.String, " "); word != string(kind) && !strings.HasPrefix(word, string(kind)+"[") {
				p.ignored(t.sub(0, len(word)), "seccomp/action-prefix", "LXC looks at the first letters of the word only.", "%q is read as %q", word, kind)
			}
			return Action{Kind: kind}, true
		}
	}
	rest, ok := strings.CutPrefix(t.String, string(Errno))
	if !ok {
		p.fail(t, "seccomp/action", "Write one of kill, errno NUMBER, allow, trap or notify.", "%q is no action", t.String)
		return Action{}, false
	}
	digits := strings.TrimLeft(rest, " ")
	end := 0
	for end < len(digits) && (digits[end] >= '0' && digits[end] <= '9' || end == 0 && digits[end] == '-') {
		end++
	}
	n, err := strconv.ParseInt(digits[:end], 10, 64)
	if err != nil {
		p.fail(t, "seccomp/errno", "Write the number of the error, such as 1 for EPERM; LXC takes no names.", "%q has no error number", t.String)
		return Action{}, false
	}
	number := uint16(n)
	if int(number) >= maxErrno {
		p.fail(t, "seccomp/errno", "Error numbers go from 0 to 4094.", "%d is no error number", n)
		return Action{}, false
	}
	if n < 0 || n > maxErrno || end < len(digits) && digits[end] == 'x' {
		p.ignored(t, "seccomp/errno-range", "Write a decimal number below 4095.", "%q means error %d", strings.TrimSpace(t.String), number)
	}
	return Action{Errno, number}, true
}

func (t Text) trimLeft() Text {
	n := len(t.String) - len(strings.TrimLeft(t.String, " "))
	return t.sub(n, len(t.String))
}
