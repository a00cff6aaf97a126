//go:build linux

package reaper

import (
	"encoding/binary"
	"errors"
	"runtime"
)

// The file's layout: the headers, then the command's process id, then the code. It
// is mapped as it is, readable and executable, nothing is written to.
const (
	base       = 0x400000 // BASE in layout.h
	headers    = fileHeaderSize + 2*programHeaderSize
	codeOffset = headers + 16

	// CommandOffset is where the process id of the command stands, 4 bytes. It is 0
	// until whoever executes the file has written it.
	CommandOffset = headers
)

// ErrNoCode says that there is no init for this kind of machine.
var ErrNoCode = errors.New("the init of `lxcfg execute` is written for amd64 and arm64 only")

// Of the format of executables (elf(5)), what one of 64 bits needs.
const (
	fileHeaderSize    = 64
	programHeaderSize = 56

	executable = 2 // ET_EXEC
	version    = 1 // EV_CURRENT
	load       = 1 // PT_LOAD
	stack      = 0x6474e551
	mayExecute = 1 // PF_X
	mayWrite   = 2 // PF_W
	mayRead    = 4 // PF_R
)

// machine is the number of the processor: EM_X86_64, or EM_AARCH64.
func machine() uint64 {
	if runtime.GOARCH == "arm64" {
		return 183
	}
	return 62
}

// field is a number of so many bytes.
type field struct {
	width int
	value uint64
}

// Image returns the init as a static program.
func Image() ([]byte, error) {
	text := code()
	if len(text) == 0 {
		return nil, ErrNoCode
	}
	size := uint64(codeOffset + len(text))
	file := make([]byte, 0, size)
	file = append(file, 0x7f, 'E', 'L', 'F', 2, 1, version) // ELFCLASS64, ELFDATA2LSB
	file = append(file, make([]byte, 9)...)                 // the padding of e_ident
	file = appendFields(file,
		field{2, executable}, field{2, machine()}, field{4, version},
		field{8, base + codeOffset},           // e_entry
		field{8, fileHeaderSize}, field{8, 0}, // e_phoff, e_shoff
		field{4, 0},                                                        // e_flags
		field{2, fileHeaderSize}, field{2, programHeaderSize}, field{2, 2}, // of the two below
		field{2, 0}, field{2, 0}, field{2, 0}, // no sections
	)
	file = appendFields(file,
		field{4, load}, field{4, mayRead | mayExecute},
		field{8, 0}, field{8, base}, field{8, base}, field{8, size}, field{8, size},
		field{8, 0x10000}, // p_align: the largest page of arm64
	)
	file = appendFields(file,
		field{4, stack}, field{4, mayRead | mayWrite}, // and not to be executed
		field{8, 0}, field{8, 0}, field{8, 0}, field{8, 0}, field{8, 0}, field{8, 16},
	)
	file = append(file, make([]byte, codeOffset-headers)...)
	return append(file, text...), nil
}

func appendFields(file []byte, fields ...field) []byte {
	for _, f := range fields {
		var bytes [8]byte
		binary.LittleEndian.PutUint64(bytes[:], f.value)
		file = append(file, bytes[:f.width]...)
	}
	return file
}
