//go:build linux

package monitor

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"lxcfg/launch/terminal"
)

// consoleModes is the struct termios that ioctl_tty(2)'s TCSETS takes, for the
// console's pty. The payload sets it before it becomes init, because init may
// write at once.
//
// LXC connects the console to /dev/tty and to nothing when there is none. lxcfg
// uses the caller's own streams, so that output can be redirected. Where they
// are no terminals, the pty is told to behave like a pipe: no echo of what
// comes from standard input, no carriage return before a newline.
func consoleModes(s terminal.Streams) string {
	// What a new pty has (tty_ioctl's tty_std_termios).
	input := uint32(unix.ICRNL | unix.IXON)
	output := uint32(unix.OPOST | unix.ONLCR)
	control := uint32(unix.B38400 | unix.CS8 | unix.CREAD)
	local := uint32(unix.ISIG | unix.ICANON | unix.ECHO | unix.ECHOE | unix.ECHOK | unix.ECHOCTL | unix.ECHOKE | unix.IEXTEN)
	const discipline = 0 // N_TTY
	characters := [...]byte{
		unix.VINTR: 'C' & 0x1f, unix.VQUIT: '\\' & 0x1f, unix.VERASE: 0x7f, unix.VKILL: 'U' & 0x1f,
		unix.VEOF: terminal.EndOfFile, unix.VMIN: 1, unix.VSTART: 'Q' & 0x1f, unix.VSTOP: 'S' & 0x1f, unix.VSUSP: 'Z' & 0x1f,
		unix.VREPRINT: 'R' & 0x1f, unix.VDISCARD: 'O' & 0x1f, unix.VWERASE: 'W' & 0x1f, unix.VLNEXT: 'V' & 0x1f,
		kernelCharacters - 1: 0,
	}
	if s.Out != nil {
		if s.In == nil || !terminal.IsTerminal(s.In) {
			local &^= unix.ECHO
		}
		if !terminal.IsTerminal(s.Out) {
			output &^= unix.OPOST
		}
	}
	var modes []byte
	for _, flags := range [...]uint32{input, output, control, local} {
		modes = binary.NativeEndian.AppendUint32(modes, flags)
	}
	return string(append(append(modes, discipline), characters[:]...))
}

// kernelCharacters is how many control characters the kernel's struct termios has.
const kernelCharacters = 19
