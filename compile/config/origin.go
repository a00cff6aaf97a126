package config

import (
	"slices"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Origin is where a value was written: one line of a file. Every value has one and
// there may be a million of them, so what the lines of a file have in common is
// held once. The zero Origin is nowhere.
type Origin struct {
	Key string // canonical spelling of the key, "lxc.net.0.type"

	in         *Reading
	start, end int32 // offsets of the key and of the end of the value
	line       int32
	column     int32 // of the key
}

// Reading is one reading of a file, which may be included more than once.
type Reading struct {
	File  string
	Trail []diag.Place // the include lines that led there, outermost first
}

// Is reports whether a reading is that of a file reached by a trail.
func (r *Reading) Is(file string, trail []diag.Place) bool {
	return r != nil && r.File == file && slices.Equal(r.Trail, trail)
}

// NewOrigin makes the origin of a key at a range of one line.
func NewOrigin(key string, r source.Range, in *Reading) Origin {
	return Origin{Key: key, in: in, start: int32(r.Start.Offset), end: int32(r.End.Offset), line: int32(r.Start.Line), column: int32(r.Start.Column)}
}

// Range is from the key to the end of the value.
func (o Origin) Range() source.Range {
	if o.in == nil {
		return source.Range{}
	}
	start := source.Pos{Offset: int(o.start), Line: int(o.line), Column: int(o.column)}
	end := start
	end.Offset = int(o.end)
	end.Column += int(o.end - o.start)
	return source.Range{File: o.in.File, Start: start, End: end}
}

// Beside reports whether a line stands in the same reading of a file as another one,
// and not in a file that one of them includes.
func (o Origin) Beside(other Origin) bool { return o.in != nil && o.in == other.in }

// Trail is the include lines that led to the line, outermost first.
func (o Origin) Trail() []diag.Place {
	if o.in == nil {
		return nil
	}
	return o.in.Trail
}

// Place is the line, for the trail of what it leads to.
func (o Origin) Place() diag.Place {
	r := o.Range()
	return diag.Place{File: r.File, Line: r.Start.Line}
}
