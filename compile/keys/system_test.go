package keys_test

import (
	"fmt"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/grammar/source"
)

func system(text string) source.File { return source.File{Name: "lxc.conf", Text: text} }

// conformance/system_test.go asks lxc-config about the same.
func TestSystemValue(t *testing.T) {
	for text, want := range map[string]string{
		"lxc.lxcpath = /a\n":                       "/a",
		" \tlxc.lxcpath\t=/a//\n":                  "/a",
		"lxc.lxcpath = /a \r\n":                    "/a \r",
		"lxc.lxcpath = \"/a\" # b":                 "\"/a\" # b",
		"lxc.lxcpath = /a\nlxc.lxcpath = /b\n":     "/a",
		"lxc.lxcpath =\nlxc.lxcpath = /b\n":        "",
		"lxc.lxcpath =":                            "unset",
		"#lxc.lxcpath = /a\n":                      "unset",
		" # lxc.lxcpath = /a\nlxc.lxcpath = /b":    "/b",
		"lxc.lxcpathx = /a\nlxc.lxcpath = /b":      "/b",
		"lxc.lxcpath = /a\x00b\n":                  "/a",
		"x\x00\nlxc.lxcpath = /a":                  "/a",
		"\xef\xbb\xbflxc.lxcpath = /a\n":           "unset",
		"lxc.default_config = /x/\nlxc.lxcpath\n=": "unset",
	} {
		got, ok := keys.SystemValue(system(text), keys.SystemLXCPath)
		if !ok {
			got = "unset"
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func TestCheckSystem(t *testing.T) {
	for text, want := range map[string]string{
		"# all is well\n\nlxc.lxcpath = /a\n":              "",
		"lxc.lxcpath = /a\nlxc.lxcpth = /a\n":              "system/unknown-key 2:1",
		"lxc.lxcpath = /a\nlxc.lxcpath = /b\n":             "system/repeated 2:1",
		"lxc.lxcpath = /a \n":                              "system/trailing-blanks 1:17",
		"lxc.lxcpath = /a # b\n":                           "system/trailing-comment 1:18",
		"lxc.lxcpath = '/a'\n":                             "system/quotes 1:15",
		"lxc.lxcpath =\n":                                  "system/empty 1:1",
		" # indented\nlxc.cgroup.use = @all\nno setting\n": "system/ignored-line 1:1, system/ignored-line 3:1",
	} {
		var got []string
		for _, f := range keys.CheckSystem(system(text)) {
			got = append(got, fmt.Sprintf("%s %d:%d", f.Code, f.Subject.Start.Line, f.Subject.Start.Column))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestIsSystem(t *testing.T) {
	for text, want := range map[string]bool{
		"lxc.lxcpath = /a\n":                        true,
		"# lxc.lxcpath = /a\n":                      false,
		"lxc.lxcpath = /a\nlxc.uts.name = web\n":    false,
		"lxc.cgroup.pattern = a\n":                  true,
		"lxc.utsname = a\nlxc.default_config = b\n": false,
	} {
		if got := keys.IsSystem(system(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
