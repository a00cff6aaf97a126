package grammar

import "strings"

// MountEntry is one line in the format of fstab(5).
type MountEntry struct {
	Source  string // escapes resolved
	Target  string
	FSType  string
	Options string // as written; see Mounting
	Text    string // the line as written

	Bind    bool     // the options make it a bind mount, or move one
	Ignored []string // options LXC knows and does nothing with
}

// Mounting takes the options apart. There may be a million entries, so what can be
// found again in the text is not kept.
func (m MountEntry) Mounting() MountOptions {
	o := parseMountOptions(unescape(m.Options))
	o.Text = m.Options
	return o
}

// Mount is lxc.mount.entry, and a line of the file lxc.mount.fstab names. LXC
// takes any text and finds out at start; so does this, with empty fields.
var Mount = Language[MountEntry]{
	Name: "mount entry", Syntax: "source blanks target blanks type blanks options [blanks freq blanks pass], blanks in a field written \\040",
	Parse:  parseMount,
	Format: func(m MountEntry) string { return m.Text },
}

// parseMount reads an entry as getmntent(3) does: what is missing is empty, and
// what follows the options is not looked at. It is written by hand because most
// lines of many files come through here; FuzzValues holds it against the
// grammar that participle derives from struct tags.
func parseMount(t Text) (MountEntry, *ValueError) {
	m := MountEntry{Text: t.String}
	at := 0
	for _, field := range [...]*string{&m.Source, &m.Target, &m.FSType} {
		from, to := nextField(t.String, at)
		*field, at = unescape(t.String[from:to]), to
	}
	from, to := nextField(t.String, at)
	m.Options = t.String[from:to]
	options := m.Mounting()
	m.Bind, m.Ignored = options.Bind || options.Move, options.Ignored
	if strings.HasPrefix(m.Source, "#") {
		return m, remark(t, "Write # before the key to leave the line out.", "LXC takes %s for a comment", quoteShort(t.String))
	}
	return m, checkMountOptions(t.Sub(from, to), options)
}

// unescape resolves the escapes getmntent(3) knows.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var plain strings.Builder
	for s != "" {
		c, n := s[0], 1
		switch {
		case strings.HasPrefix(s, `\040`):
			c, n = ' ', 4
		case strings.HasPrefix(s, `\011`):
			c, n = '\t', 4
		case strings.HasPrefix(s, `\012`):
			c, n = '\n', 4
		case strings.HasPrefix(s, `\134`):
			c, n = '\\', 4
		case strings.HasPrefix(s, `\\`):
			n = 2
		}
		plain.WriteByte(c)
		s = s[n:]
	}
	return plain.String()
}
