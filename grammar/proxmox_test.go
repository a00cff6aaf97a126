package grammar

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lxcfg/grammar/source"
)

func proxmox(text string) *Document {
	return ParseAs(source.File{Name: "100.conf", Text: text}, PVE)
}

// shown gives the lines of a document with what they say.
func shown(d *Document) []string {
	names := map[LineKind]string{LineBlank: "blank", LineComment: "comment", LineAssign: "setting", LineIgnored: "unreadable", LineOption: "option", LineSection: "section", LineRest: "rest"}
	var out []string
	for l := range d.Lines() {
		line := names[l.Kind]
		switch l.Kind {
		case LineAssign, LineOption:
			line += " " + d.Key(l).String + "=" + d.Value(l).String
		case LineSection:
			line += " " + d.Key(l).String
		}
		out = append(out, line)
	}
	return out
}

func TestProxmox(t *testing.T) {
	for text, want := range map[string]string{
		"arch: amd64\n":                            "option arch=amd64",
		"net0: name=eth0,bridge=vmbr0  \n":         "option net0=name=eth0,bridge=vmbr0",
		"lxc.cgroup2.devices.allow: c 10:200 rwm":  "setting lxc.cgroup2.devices.allow=c 10:200 rwm",
		"lxc.mount.entry = /a b none bind 0 0\r\n": "setting lxc.mount.entry=/a b none bind 0 0",
		"lxc.environment: A=\"b\"":                 "setting lxc.environment=A=\"b\"",
		"lxc.environment: \"A=b c\"":               "setting lxc.environment=A=b c",
		"lxc.uts.name = ' a'":                      "setting lxc.uts.name= a",
		"hostname: \"a\"":                          "option hostname=\"a\"",
		"lxc.cap.drop:":                            "setting lxc.cap.drop=",
		"#a description":                           "comment",
		" # none":                                  "unreadable",
		" arch: amd64":                             "unreadable",
		"arch:":                                    "unreadable",
		"arch amd64":                               "unreadable",
		"arch = amd64":                             "unreadable",
		"lxc.arch : amd64":                         "unreadable",
		"lxc.: x":                                  "unreadable",
		"[snap1]":                                  "section snap1",
		"[pve:pending] ":                           "section pve:pending",
		"[1st]":                                    "unreadable",
		"[s]":                                      "unreadable",
		" \t":                                      "blank",
	} {
		if got := strings.Join(shown(proxmox(text)), "; "); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestFormatProxmox(t *testing.T) {
	const text = "# about\narch:amd64\nlxc.cap.drop =  mknod\nlxc.uts.name:\"a \"\n[snap]\narch:  i386\n\n\n"
	const want = "# about\narch: amd64\nlxc.cap.drop: mknod\nlxc.uts.name: \"a \"\n\n[snap]\narch: i386\n"
	if got := Format(proxmox(text)); got != want {
		t.Errorf("formatted %q, want %q", got, want)
	}
}

// The lines as Proxmox's own parser tells them apart, by regular expressions.
var (
	plainBlank   = regexp.MustCompile(`^\s*$`)
	plainSection = regexp.MustCompile(`(?i)^\[(pve:pending|[a-z][a-z0-9_\-]+)\]\s*$`)
	plainSetting = regexp.MustCompile(`^(lxc\.[a-z0-9_\-\.]+)(:|\s*=)\s*(.*?)\s*$`)
	plainOption  = regexp.MustCompile(`^([a-z][a-z_]*\d*):\s*(\S.*?)\s*$`) // Proxmox takes blanks for a value, and refuses it then
)

func plainProxmox(line string) string {
	// Perl's \s has VT, Go's has not; it is a blank all the same.
	line = strings.ReplaceAll(line, "\v", "\f")
	if plainBlank.MatchString(line) {
		return "blank"
	}
	if m := plainSection.FindStringSubmatch(line); m != nil {
		return "section " + m[1]
	}
	if line[0] == '#' {
		return "comment"
	}
	if m := plainSetting.FindStringSubmatch(line); m != nil {
		value := m[3]
		if isQuoted(value) { // LXC takes them off
			value = value[1 : len(value)-1]
		}
		return "setting " + m[1] + "=" + value
	}
	if m := plainOption.FindStringSubmatch(line); m != nil {
		return "option " + m[1] + "=" + m[2]
	}
	return "unreadable"
}

// FuzzProxmox holds the reader against the regular expressions.
func FuzzProxmox(f *testing.F) {
	for _, text := range []string{"arch: amd64\n\n[snap]\nnet0: a=b\r\n", "lxc.a = b\nlxc.c: d \n#x\n x: y", "[pve:pending]\nlxc.a\t=\n a_b1:  c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
		d := proxmox(text)
		checkTiling(t, d)
		var want []string
		for line := range strings.Lines(text) {
			want = append(want, plainProxmox(strings.TrimSuffix(line, "\n")))
		}
		got := shown(d)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "\v", "\f")
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q is read as %q, Proxmox reads %q", text, got, want)
		}
		if once := Format(d); Format(proxmox(once)) != once {
			t.Fatalf("%q is formatted as %q, and that otherwise", text, once)
		}
		_ = fmt.Sprint(d.Findings())
	})
}
