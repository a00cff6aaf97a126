//go:build linux

package program

import (
	"fmt"
	"strconv"
	"strings"
)

// An Operand is an argument of a system call or a field of a structure one
// points to.
type Operand interface {
	// text is how the operand is printed, in strace's manner.
	text(p *Program) string
}

// A Slot is the result of an instruction, for later ones to use.
type Slot int

func (s Slot) text(p *Program) string { return "<" + p.slots[s] + ">" }

type cell Slot

// Into is a pointer to the four bytes a slot lives in, for a call to fill.
func Into(s Slot) Operand { return cell(s) }

func (c cell) text(p *Program) string { return "[<" + p.slots[c] + ">]" }

type memory struct{ of Operand }

// Shared is a pointer to memory that several calls use: it is laid out once.
func Shared(of Operand) Operand { return &memory{of} }

func (m *memory) text(p *Program) string { return m.of.text(p) }

type number struct {
	value uint64
	words string // how it is printed; empty: decimal
}

// Int is a number.
func Int(n int) Operand { return number{value: uint64(n)} }

// Word is a number printed as a name or an expression of names.
func Word(n uint64, words string) Operand { return number{n, words} }

// AtFDCWD is the current directory, where relative paths start (openat(2)).
var AtFDCWD = Word(^uint64(99), "AT_FDCWD")

// Octal is a file mode.
func Octal(mode uint32) Operand { return number{uint64(mode), fmt.Sprintf("0%o", mode)} }

func (n number) text(*Program) string {
	if n.words != "" {
		return n.words
	}
	return strconv.FormatInt(int64(n.value), 10)
}

type str string

// Str is a pointer to a string ended by NUL.
func Str(s string) Operand { return str(s) }

func (s str) text(*Program) string { return strconv.Quote(string(s)) }

type blob struct {
	data  []byte
	words string
}

// Blob is a pointer to bytes, printed as the words given.
func Blob(data []byte, words string) Operand { return blob{data, words} }

func (b blob) text(*Program) string { return b.words }

// Null is the null pointer.
var Null Operand = number{0, "NULL"}

type inputFD string

// InputFD is a descriptor that the launch gives under a name.
func InputFD(name string) Operand { return inputFD(name) }

func (i inputFD) text(*Program) string { return "<" + string(i) + ">" }

type inputStr string

// InputStr is a pointer to a string, or to bytes, that the launch gives under a name.
func InputStr(name string) Operand { return inputStr(name) }

func (i inputStr) text(*Program) string { return "<" + string(i) + ">" }

// A Field is one member of a Struct.
type Field struct {
	Name  string // for printing; empty: not printed
	Width int    // bytes: 1, 2, 4 or 8; pointers have 8
	Value Operand
}

type structure struct{ fields []Field }

// Struct is a pointer to a structure. Its fields follow each other without gaps,
// so padding has to be given. A slot as a field of width 4 is where the slot
// lives: the kernel finds the result of the earlier call in place.
func Struct(fields ...Field) Operand { return structure{fields} }

func (s structure) text(p *Program) string {
	var words []string
	for _, f := range s.fields {
		if f.Name != "" {
			words = append(words, f.Name+"="+f.Value.text(p))
		}
	}
	return "{" + strings.Join(words, ", ") + "}"
}

type vector []string

// Strings is a pointer to an array of strings ended by a null pointer, as argv is.
func Strings(list []string) Operand { return vector(list) }

func (v vector) text(*Program) string {
	words := make([]string, len(v))
	for i, s := range v {
		words[i] = strconv.Quote(s)
	}
	return "[" + strings.Join(words, ", ") + "]"
}
