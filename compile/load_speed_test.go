//go:build unix

package compile_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/compile"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// typical is a configuration of 100 lines that LXC 5.0 loads, with values of most
// languages. scripts/bench-load times liblxc on the same file.
const typical = "testdata/load/typical.conf"

// BenchmarkLoad reads, parses and resolves a file, as liblxc's load_config does.
// Beside the time it reports how long processors worked, the collector's included:
// on a busy machine that is what can be compared.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	before := processorTime(b)
	defer func() { b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op") }()
	for b.Loop() {
		text, err := os.ReadFile(typical)
		if err != nil {
			b.Fatal(err)
		}
		l := compile.Load(compile.Request{File: source.File{Name: typical, Text: string(text)}})
		if len(l.Findings) > 0 {
			b.Fatal(l.Findings[0].Summary)
		}
	}
}

// processorTime is how long processors have worked for this process, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// million makes texts of a million lines of one kind.
var million = map[string]func(t *testing.T) string{
	"typical":      func(t *testing.T) string { return strings.Repeat(typicalText(t), 10_000) },
	"empty lines":  func(*testing.T) string { return strings.Repeat("\n", 1_000_000) },
	"blank lines":  func(*testing.T) string { return strings.Repeat(" \n", 1_000_000) },
	"comments":     func(*testing.T) string { return strings.Repeat("#\n", 1_000_000) },
	"foreign text": func(*testing.T) string { return strings.Repeat("a\n", 1_000_000) },
	"no equals":    func(*testing.T) string { return strings.Repeat("lxc.a\n", 1_000_000) },
	"wrong values": func(*testing.T) string { return strings.Repeat("lxc.autodev = yes\n", 1_000_000) },
	"one scalar":   func(*testing.T) string { return strings.Repeat("lxc.uts.name = a\n", 1_000_000) },
	"variables":    func(*testing.T) string { return strings.Repeat("lxc.environment = NAME=value\n", 1_000_000) },
	"devices":      func(*testing.T) string { return strings.Repeat("lxc.cgroup2.devices.allow = c 1:3 rwm\n", 1_000_000) },
	"id maps":      func(*testing.T) string { return numbered("lxc.idmap = u %[1]d %[1]d 1\n", 1_000_000) },
	"sysctls":      func(*testing.T) string { return numbered("lxc.sysctl.net.name%d = 1\n", 1_000_000) },
}

func typicalText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(typical)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A file of a million lines is loaded in a heap of at most twenty times its size.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: files of a million lines take seconds")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // a heap of hardly more than what is in use
	for name, text := range million {
		t.Run(name, func(t *testing.T) {
			file := source.File{Name: "config", Text: text(t)}
			var loaded *compile.Loaded
			peak := peakHeap(func() { loaded = compile.Load(compile.Request{File: file}) })
			if most := uint64(20 * len(file.Text)); peak > most {
				t.Errorf("%d bytes of text take a heap of %d, %.1f times as much", len(file.Text), peak, float64(peak)/float64(len(file.Text)))
			}
			codes := make(map[string]bool)
			for _, f := range loaded.Findings {
				codes[f.Code] = true
			}
			if len(loaded.Findings) > len(codes)*(diag.MostOfAKind+1) {
				t.Errorf("%d findings with %d codes are listed", len(loaded.Findings), len(codes))
			}
		})
	}
}

// peakHeap is about how much the heap grows while something is done: what the collector
// found to be in use, and the garbage that it lets come to a fifth of that. How much there
// is at a moment depends on how soon the collector gets a processor.
func peakHeap(do func()) uint64 {
	live := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before := live()
	done, peak := make(chan bool), make(chan uint64)
	go func() {
		most := before
		for {
			select {
			case <-done:
				peak <- max(most, live()) - before
				return
			case <-time.After(time.Millisecond):
				most = max(most, live())
			}
		}
	}()
	do()
	runtime.GC()
	close(done)
	return <-peak * 6 / 5
}

// Twice the lines take twice the allocations.
func TestLinear(t *testing.T) {
	for name, text := range million {
		t.Run(name, func(t *testing.T) {
			lines := strings.SplitAfter(text(t), "\n")
			allocations := func(n int) float64 {
				file := source.File{Name: "config", Text: strings.Join(lines[:n], "")}
				return testing.AllocsPerRun(3, func() { compile.Load(compile.Request{File: file}) })
			}
			// What grows by steps and what is there once count too.
			if once, twice := allocations(20_000), allocations(40_000); twice > 2.2*once+100 {
				t.Errorf("20000 lines take %.0f allocations, 40000 lines %.0f", once, twice)
			}
		})
	}
}
