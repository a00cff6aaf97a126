//go:build linux

package lxclog

import "strings"

// Level is how much a message matters.
type Level uint8

// The levels, by LXC's numbers. None is that of no message: nothing is written.
const (
	Trace Level = iota
	Debug
	Info
	Notice
	Warn
	Error
	Crit
	Alert
	Fatal
	None
)

var levelNames = [...]string{"TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL", "NOTSET"}

// String gives the level as it stands in a log.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return levelNames[None]
}

// ParseLevel reads a level in letters of any case.
func ParseLevel(word string) (Level, bool) {
	for i, name := range levelNames[:None] {
		if strings.EqualFold(word, name) {
			return Level(i), true
		}
	}
	return None, false
}

// Levels lists them, the lowest first.
func Levels() []string { return levelNames[:None] }

// severity is the level as syslog(3) has it.
func (l Level) severity() int {
	switch l {
	case Trace, Debug:
		return 7
	case Info:
		return 6
	case Notice:
		return 5
	case Warn:
		return 4
	case Error:
		return 3
	case Crit:
		return 2
	case Alert:
		return 1
	}
	return 0
}
