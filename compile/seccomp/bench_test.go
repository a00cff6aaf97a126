package seccomp_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lxcfg/compile/seccomp"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// BenchmarkAgainstLibseccomp makes and loads filters of x86-64, x32 and x86 in turn
// with libseccomp. It reports medians, and what part of libseccomp's time ours is.
func BenchmarkAgainstLibseccomp(b *testing.B) {
	judge := startJudge(b)
	for _, name := range []string{"denylist-common", "denylist-notify", "allowlist-several", "allowlist-large"} {
		b.Run(name, func(b *testing.B) {
			text, err := os.ReadFile("testdata/" + name + ".policy")
			if err != nil {
				b.Fatal(err)
			}
			file := source.File{Name: name, Text: string(text)}
			var build, load, theirBuild, theirLoad []time.Duration
			var instructions int
			for b.Loop() {
				start := time.Now()
				p := policy.Parse(file)
				filter, _ := seccomp.Compile(p, "amd64")
				build = append(build, time.Since(start))
				instructions = len(filter.Program)
				var code strings.Builder
				for _, in := range filter.Program {
					fmt.Fprintln(&code, "code", in.Code, in.JT, in.JF, in.K)
				}
				_, loaded := judge.time(b, code.String())
				load = append(load, loaded)
				built, loaded := judge.time(b, strings.TrimSuffix(request(p, []string{"x86_64", "x32", "x86"}), "end\n"))
				theirBuild, theirLoad = append(theirBuild, built), append(theirLoad, loaded)
			}
			report := func(what string, ours, theirs []time.Duration) {
				slices.Sort(ours)
				slices.Sort(theirs)
				median, their := ours[len(ours)/2], theirs[len(theirs)/2]
				b.ReportMetric(float64(median.Microseconds()), "µs-"+what)
				b.ReportMetric(float64(median)/float64(their), what+"/libseccomp")
			}
			report("build", build, theirBuild)
			report("load", load, theirLoad)
			b.ReportMetric(float64(instructions), "instructions")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// time asks how long a request takes to be built and loaded.
func (j *judge) time(t testing.TB, request string) (build, load time.Duration) {
	t.Helper()
	if _, err := io.WriteString(j.in, request+"time\n"); err != nil {
		t.Fatalf("ask the judge: %v", err)
	}
	line, err := j.out.ReadString('\n')
	if err != nil {
		t.Fatalf("hear from the judge: %v", err)
	}
	if n, _ := fmt.Sscanf(line, "time %d %d", &build, &load); n != 2 {
		t.Fatalf("the judge says %q", line)
	}
	return build, load
}

// BenchmarkCompile makes a filter of a large policy.
func BenchmarkCompile(b *testing.B) {
	text, err := os.ReadFile("testdata/allowlist-large.policy")
	if err != nil {
		b.Fatal(err)
	}
	p := policy.Parse(source.File{Name: "policy", Text: string(text)})
	b.ReportAllocs()
	for b.Loop() {
		seccomp.Compile(p, "amd64")
	}
}
