//go:build linux

package terminal_test

import (
	"testing"

	"lxcfg/launch/terminal"
)

func TestRing(t *testing.T) {
	for name, test := range map[string]struct {
		pieces []string
		want   string
	}{
		"nothing":            {nil, ""},
		"less than it keeps": {[]string{"ab", "c"}, "abc"},
		"as much":            {[]string{"abcd", "efgh"}, "abcdefgh"},
		"more":               {[]string{"abcdef", "ghij"}, "cdefghij"},
		"a piece too long":   {[]string{"x", "abcdefghijklmnopqrstuvw"}, "pqrstuvw"},
	} {
		r := terminal.NewRing(8)
		for _, piece := range test.pieces {
			if n, err := r.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Errorf("%s: wrote %d, %v", name, n, err)
			}
		}
		if got := string(r.Bytes()); got != test.want {
			t.Errorf("%s: it keeps %q, want %q", name, got, test.want)
		}
	}
}

// What is taken is gone, the oldest first.
func TestRingTake(t *testing.T) {
	r := terminal.NewRing(8)
	for _, step := range []struct {
		write string
		most  uint64
		want  string
	}{
		{"abcdefghij", 3, "cde"},
		{"", 2, "fg"},
		{"klmno", 0, "hijklmno"},
		{"", 0, ""},
		{"pq", 100, "pq"},
	} {
		_, _ = r.Write([]byte(step.write))
		if got := string(r.Take(step.most)); got != step.want {
			t.Errorf("after %q it gives %q, want %q", step.write, got, step.want)
		}
	}
	_, _ = r.Write([]byte("xyz"))
	r.Forget()
	if got := r.Bytes(); len(got) > 0 {
		t.Errorf("it keeps %q", got)
	}
}
