// Package grammar reads LXC configuration text. It knows what the text says and
// nothing of what it means: no key, no kernel.
//
// It has two levels. A file is lines:
//
//	File   = Line* Rest?
//	Line   = Space? (Key Equals (Value | Quoted)? Space? | Comment | Text)? EOL?
//
// and every byte belongs to one of them, so printing a Document gives the file back.
// The grammar is total: Text is any line that is no setting, and whatever stands
// after a NUL byte is Rest, so there is nothing it can fail on. The tokens are whole
// lines (lexer.go); the parts of one are found when they are asked for (line.go).
// Proxmox writes its lines otherwise: see proxmox.go.
//
// A value is a language of its own, one for each kind: see the files value_*.go.
package grammar
