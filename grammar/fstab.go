package grammar

import (
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// FstabLine is an entry of an fstab file and where it stands.
type FstabLine struct {
	Entry MountEntry
	Line  Text // without blanks around it
}

// maxFstabLine is how much of a line LXC reads, in bytes.
const maxFstabLine = 4095

// ParseFstab reads a file of mount entries, as lxc.mount.fstab names one, the way
// getmntent(3) does: only an LF ends a line, empty lines and those that start with
// # are no entries, and every other line is one. What is wrong with a line is a
// finding; nothing is where LXC refuses the file.
func ParseFstab(f source.File) ([]FstabLine, diag.List) {
	var entries []FstabLine
	var findings diag.Collector
	number := 0
	for start := 0; start < len(f.Text); {
		content := f.Text[start:]
		if n := strings.IndexByte(content, '\n'); n >= 0 {
			content = content[:n]
		}
		number++
		line := trimmed(Text{String: content, Range: source.Range{
			File:  f.Name,
			Start: source.Pos{Offset: start, Line: number, Column: 1},
			End:   source.Pos{Offset: start + len(content), Line: number, Column: len(content) + 1},
		}})
		start += len(content) + 1
		if line.String == "" || line.String[0] == '#' {
			continue
		}
		for _, err := range fstabLimits(&line, len(content)) {
			findings.Add(err.diagnostic("fstab"))
		}
		entry, err := Mount.Parse(line)
		if err != nil {
			findings.Add(err.diagnostic(Mount.Name))
		}
		entries = append(entries, FstabLine{entry, line})
	}
	return entries, findings.List()
}

// fstabLimits cuts a line to what LXC reads of it.
func fstabLimits(line *Text, length int) []*ValueError {
	var found []*ValueError
	if n := strings.IndexByte(line.String, 0); n >= 0 {
		found = append(found, remark(line.Sub(n, n+1), "Remove the byte.", "LXC reads nothing from this NUL byte to the end of the line"))
		*line = line.Sub(0, n)
	}
	if length > maxFstabLine {
		before := line.Range.Start.Column - 1
		most := min(len(line.String), max(0, maxFstabLine-before))
		found = append(found, remark(line.Sub(most, len(line.String)), "Options that need so much room do not fit into a file: use the mount hook.",
			"LXC reads %d bytes of a line, and this one has %d", maxFstabLine, length))
		*line = line.Sub(0, most)
	}
	if n := len(line.String); n > 0 && line.String[n-1] == '\r' {
		// Behind the fourth field nobody looks at it.
		if len(Fields(*line)) <= 4 {
			found = append(found, remark(line.Sub(n-1, n), "Save the file with LF at the ends of lines.", "a carriage return is part of the last field of this line"))
		}
	}
	return found
}

// diagnostic is the finding about a line of an fstab.
func (e *ValueError) diagnostic(language string) diag.Diagnostic {
	f := diag.Diagnostic{Code: "value/" + strings.ReplaceAll(language, " ", "-"), Severity: diag.Error, Effect: diag.FailsAtStart,
		Summary: e.Summary, Detail: e.Detail, Subject: e.Range}
	if !e.AtStart {
		f.Severity, f.Effect = diag.Warning, diag.SilentlyDifferent
	}
	return f
}
