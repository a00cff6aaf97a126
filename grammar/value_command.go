package grammar

import "strings"

// InitCommand is lxc.init.cmd. LXC splits it at spaces and knows neither quotes nor
// tabs there.
var InitCommand = Language[string]{
	Name: "command line", Syntax: `word {" " word}`,
	Parse: func(t Text) (string, *ValueError) {
		if i := strings.IndexAny(t.String, "\"'\t"); i >= 0 {
			return t.String, remark(t.Sub(i, i+1), "Put a command that needs it into a script.", "LXC splits this command at spaces only: %q is part of a word", t.String[i:i+1])
		}
		return t.String, nil
	},
	Format: identity,
}

// SplitInit splits a command into words as LXC splits lxc.init.cmd.
func SplitInit(command string) []string {
	return strings.FieldsFunc(command, func(c rune) bool { return c == ' ' })
}

// CommandLine is lxc.execute.cmd: a word that starts with a quote goes to the next
// one.
var CommandLine = Language[string]{
	Name: "command line", Syntax: `word {blanks word}, a word with blanks as "…" or '…'`,
	Parse: func(t Text) (string, *ValueError) {
		if _, open := splitQuoted(t.String); open >= 0 {
			return t.String, remark(t.Sub(open, len(t.String)), "Close the quote.", "LXC loses %s: its quote is not closed", quoteShort(t.String[open:]))
		}
		return t.String, nil
	},
	Format: identity,
}

// SplitCommand splits a command line into words as LXC splits lxc.execute.cmd.
func SplitCommand(line string) []string {
	words, _ := splitQuoted(line)
	return words
}

// splitQuoted splits a line, and gives the offset of a word whose quote is not
// closed, -1 if there is none. Quotes inside a word are part of it.
func splitQuoted(line string) (words []string, open int) {
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case isSpace(c):
			i++
		case c == '"' || c == '\'':
			n := strings.IndexByte(line[i+1:], c)
			if n < 0 {
				return words, i
			}
			words = append(words, line[i+1:i+1+n])
			i += n + 2
		default:
			from := i
			for i < len(line) && !isSpace(line[i]) {
				i++
			}
			words = append(words, line[from:i])
		}
	}
	return words, -1
}

// isSpace is isspace(3) in the C locale.
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// ShellCommand is what LXC hands to `sh -c "exec …"`.
var ShellCommand = Language[string]{
	Name: "shell command", Syntax: "text, executed by sh",
	Parse: func(t Text) (string, *ValueError) {
		if open := openQuote(t.String); open >= 0 {
			return t.String, fails(t.Sub(open, len(t.String)), "Close the quote, or write a backslash before it.", "the shell finds no end of %s", quoteShort(t.String[open:]))
		}
		return t.String, nil
	},
	Format: identity,
}

// openQuote is the offset of a quote that a shell would look for the end of, -1 if
// there is none. A command in a command is not looked into.
func openQuote(s string) int {
	if strings.Contains(s, "$(") || strings.Contains(s, "`") {
		return -1
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			i++
		case '#':
			if i == 0 || isSpace(s[i-1]) {
				return -1 // a comment
			}
		case '\'', '"':
			end := closingQuote(s, i)
			if end < 0 {
				return i
			}
			i = end
		}
	}
	return -1
}

// closingQuote is the offset of the quote that closes the one at an offset, -1 if
// there is none. A backslash counts between double quotes only.
func closingQuote(s string, at int) int {
	for i := at + 1; i < len(s); i++ {
		switch {
		case s[i] == s[at]:
			return i
		case s[i] == '\\' && s[at] == '"':
			i++
		}
	}
	return -1
}
