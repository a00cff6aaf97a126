//go:build linux

package program

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Inputs is what only the launch knows, by the names the program uses.
type Inputs struct {
	FDs         map[string]int
	Strings     map[string]string
	Environment []string // of who starts the container
}

// Image is a program laid out in memory, ready to be run once.
//
// Everything the child touches is in one anonymous mapping that parent and child
// share: first the header, then the instructions, then what they point to. The
// child writes the status and the slots; the parent reads them when it is gone.
type Image struct {
	program *Program
	arena   []byte
	slots   []int // slot → offset in the arena
}

// maxPass is how many errors an instruction can let pass.
const maxPass = 4

// The layout of the mapping, in bytes. header and rawInstruction in
// run_unsafe.go are the same as Go types.
const (
	headerSize      = 384
	instructionSize = 8 + 6*8 + 8 + maxPass*4 + 10*4
)

// layout assigns every byte of an image its place. References between parts are
// kept as offsets and become addresses when the mapping exists.
type layout struct {
	program *Program
	inputs  Inputs
	data    []byte
	fixups  []int // offsets of 8-byte words that hold an offset to become an address
	slots   []int // slot → offset of its 8 or 4 bytes, 0 when not yet placed
	shared  map[*memory]int
	err     error
}

// Load lays the program out with its inputs. It fails when an input is missing.
func (p *Program) Load(in Inputs) (*Image, error) {
	l := &layout{program: p, inputs: in, slots: make([]int, len(p.slots)), shared: make(map[*memory]int)}
	fixed := headerSize + len(p.instructions)*instructionSize
	arena, err := mapArena(2 * fixed) // what they point to takes about as much
	if err != nil {
		return nil, err
	}
	l.data = arena[:fixed]
	// Structures first: a slot that is a field of one lives there.
	operands := make([][6]int, len(p.instructions)) // offset of what an argument points to
	for i, ins := range p.instructions {
		for j, a := range ins.args {
			operands[i][j] = l.place(a)
		}
	}
	for s := range l.slots {
		if l.slots[s] == 0 {
			l.slots[s] = l.reserve(8, 8)
		}
		binary.NativeEndian.PutUint32(l.data[l.slots[s]:], ^uint32(0))
	}
	for i, ins := range p.instructions {
		l.encode(i, ins, operands[i])
	}
	if l.err != nil {
		return nil, errors.Join(l.err, unix.Munmap(arena))
	}
	return l.image(arena)
}

// reserve sets n zero bytes aside, aligned, and returns their offset.
func (l *layout) reserve(n, align int) int {
	for len(l.data)%align != 0 {
		l.data = append(l.data, 0)
	}
	at := len(l.data)
	l.data = append(l.data, make([]byte, n)...)
	return at
}

func (l *layout) putString(s string) int {
	at := len(l.data)
	l.data = append(l.data, s...)
	l.data = append(l.data, 0)
	return at
}

// place lays out what an operand points to and returns its offset, 0 for an
// operand that is a value itself.
func (l *layout) place(a Operand) int {
	switch a := a.(type) {
	case str:
		return l.putString(string(a))
	case inputStr:
		s, ok := l.inputs.Strings[string(a)]
		if !ok {
			l.err = fmt.Errorf("the program needs the input %q", string(a))
		}
		return l.putString(s)
	case blob:
		at := l.reserve(len(a.data), 8)
		copy(l.data[at:], a.data)
		return at
	case vector:
		return l.putStrings(a)
	case environment:
		return l.putStrings(Overlay(l.inputs.Environment, a))
	case cell:
		at := l.reserve(4, 4)
		l.slots[a] = at
		return at
	case structure:
		return l.placeStruct(a)
	case *memory:
		at, known := l.shared[a]
		if !known {
			at = l.place(a.of)
			l.shared[a] = at
		}
		return at
	}
	return 0
}

// putStrings lays out an array of strings ended by a null pointer.
func (l *layout) putStrings(list []string) int {
	pointers := make([]int, len(list))
	for i, s := range list {
		pointers[i] = l.putString(s)
	}
	at := l.reserve(8*(len(list)+1), 8)
	for i, p := range pointers {
		l.putAddress(at+8*i, p)
	}
	return at
}

func (l *layout) placeStruct(s structure) int {
	size := 0
	targets := make([]int, len(s.fields))
	for i, f := range s.fields {
		size += f.Width
		targets[i] = l.place(f.Value)
	}
	at := l.reserve(size, 8)
	offset := at
	for i, f := range s.fields {
		switch v := f.Value.(type) {
		case number:
			l.putNumber(offset, f.Width, v.value)
		case inputFD:
			l.putNumber(offset, f.Width, uint64(l.fd(v)))
		case Slot:
			l.slots[v] = offset
		default:
			l.putAddress(offset, targets[i])
		}
		offset += f.Width
	}
	return at
}

func (l *layout) putNumber(at, width int, n uint64) {
	switch width {
	case 1:
		l.data[at] = byte(n)
	case 2:
		binary.NativeEndian.PutUint16(l.data[at:], uint16(n))
	case 4:
		binary.NativeEndian.PutUint32(l.data[at:], uint32(n))
	case 8:
		binary.NativeEndian.PutUint64(l.data[at:], n)
	default:
		l.err = fmt.Errorf("a field cannot be %d bytes wide", width)
	}
}

// putAddress writes an offset that becomes an address.
func (l *layout) putAddress(at, target int) {
	binary.NativeEndian.PutUint64(l.data[at:], uint64(target))
	l.fixups = append(l.fixups, at)
}

func (l *layout) fd(name inputFD) int {
	fd, ok := l.inputs.FDs[string(name)]
	if !ok {
		l.err = fmt.Errorf("the program needs the input %q", string(name))
	}
	return fd
}

// encode writes instruction i in the form the child reads.
func (l *layout) encode(i int, in instruction, operands [6]int) {
	at := headerSize + i*instructionSize
	l.putNumber(at, 8, uint64(in.number))
	var indirect uint32
	for j, a := range in.args {
		arg := at + 8 + 8*j
		switch a := a.(type) {
		case number:
			l.putNumber(arg, 8, a.value)
		case inputFD:
			l.putNumber(arg, 8, uint64(l.fd(a)))
		case gap:
			l.putNumber(arg, 8, a.bound(l))
		case Slot:
			indirect |= 1 << j
			l.putNumber(arg, 8, uint64(l.slots[a]))
		default:
			l.putAddress(arg, operands[j])
		}
	}
	at += 8 + 6*8
	if in.slot != noSlot {
		l.putNumber(at, 8, uint64(l.slots[in.slot]))
	}
	at += 8
	for j, e := range in.pass {
		l.putNumber(at+4*j, 4, uint64(e))
	}
	at += 4 * maxPass
	var after uint64
	if in.forks {
		after = uint64(in.after)
	}
	var same [2]uint64
	for j, s := range in.same {
		if in.unlike != 0 && s != noSlot {
			same[j] = uint64(l.slots[s])
		}
	}
	for j, w := range [...]uint64{uint64(indirect), uint64(in.orElse), uint64(in.elseOn), uint64(in.least), uint64(in.lessIs),
		after, same[0], same[1], uint64(in.unlike)} {
		l.putNumber(at+4*j, 4, w)
	}
}

// mapArena maps memory that parent and child share, at once: each page that is asked for
// by touching it costs more.
func mapArena(size int) ([]byte, error) {
	arena, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("map memory for the container's program: %w", err)
	}
	return arena, nil
}

// image turns offsets into addresses. What did not fit into the arena gets another.
func (l *layout) image(arena []byte) (*Image, error) {
	if len(l.data) > len(arena) {
		larger, err := mapArena(len(l.data))
		if err := errors.Join(err, unix.Munmap(arena)); err != nil {
			return nil, err
		}
		copy(larger, l.data)
		arena = larger
	}
	img := &Image{program: l.program, arena: arena, slots: l.slots}
	base := img.address()
	for _, at := range l.fixups {
		offset := binary.NativeEndian.Uint64(arena[at:])
		binary.NativeEndian.PutUint64(arena[at:], uint64(base)+offset)
	}
	return img, nil
}

// Close gives the memory back. The child is not affected: it has a mapping of
// its own.
func (img *Image) Close() error {
	if img.arena == nil {
		return nil
	}
	arena := img.arena
	img.arena = nil
	if err := unix.Munmap(arena); err != nil {
		return fmt.Errorf("unmap the container's program: %w", err)
	}
	return nil
}
