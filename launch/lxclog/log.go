//go:build linux

package lxclog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Place is what a message is about.
type Place struct {
	File string // of the configuration, empty for what holds without a line
	What string // kind of step, or key
	Line int    // in the file, 0 for none
}

func (p Place) String() string {
	file := "default"
	if p.File != "" {
		file = filepath.Base(p.File)
	}
	return fmt.Sprintf("%s:%s:%d", file, p.What, p.Line)
}

// Log is one container's log. A nil Log writes nothing.
type Log struct {
	Program   string // as lines begin: "lxc-start"
	Container string
	Level     Level
	Old       bool // the format of LXC 1: seconds since 1970, and no name

	mu     sync.Mutex
	file   *os.File
	syslog *syslog
}

// Wants tells whether messages of a level are written anywhere.
func (l *Log) Wants(level Level) bool {
	return l != nil && level >= l.Level && level < None && (l.file != nil || l.syslog != nil)
}

// Write writes one message; part is the part of the launch it comes from. What cannot
// be written is lost: a launch does not fail for its log.
func (l *Log) Write(level Level, part string, at Place, message string) {
	if !l.Wants(level) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	message = oneLine(message)
	now := time.Now()
	if l.file != nil {
		_, _ = l.file.WriteString(l.line(now, level, part, at, message))
	}
	if l.syslog != nil {
		l.syslog.send(now, level, fmt.Sprintf("%s: %s - %s - %s", l.Container, part, at, message))
	}
}

// mostBytes is how long a line may get, the line feed included: what LXC writes at most.
const mostBytes = 4096

// line is a message as it stands in the file.
func (l *Log) line(now time.Time, level Level, part string, at Place, message string) string {
	text := fmt.Sprintf("%s %s %s %-8s %s - %s - %s", l.Program, l.Container, now.UTC().Format("20060102150405.000"), level, part, at, message)
	if l.Old {
		text = fmt.Sprintf("%15s %10d.%03d %-8s %s - %s - %s", l.Program, now.Unix(), now.Nanosecond()/1e6, level, "lxc_"+part, at, message)
	}
	if len(text) >= mostBytes {
		text = strings.ToValidUTF8(text[:mostBytes-1], "")
	}
	return text + "\n"
}

// oneLine keeps a message from looking like two.
func oneLine(message string) string {
	return strings.NewReplacer("\n", "\\n", "\r", "\\r", "\x00", "\\0").Replace(strings.TrimRight(message, "\n"))
}

// Open has messages written to a file, which is made together with the directories above it, as
// LXC makes them. It is appended to, and for its owner and group only.
func (l *Log) Open(name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file = f
	return nil
}

// File is where messages are written to, nil for nowhere.
func (l *Log) File() *os.File {
	if l == nil {
		return nil
	}
	return l.file
}

// DefaultFiles are where LXC logs to when it was told a level and no file, in the order
// in which they are tried.
func DefaultFiles(lxcPath, container string, root bool) []string {
	system := filepath.Join("/var/log/lxc", container+".log")
	own := filepath.Join(lxcPath, container, container+".log")
	if root && lxcPath == "/var/lib/lxc" {
		return []string{system, own}
	}
	return []string{own, system}
}
