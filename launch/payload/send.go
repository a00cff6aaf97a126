//go:build linux

package payload

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// The payload hands descriptors to the monitor over a socket of their own, one kind in
// a message. The message's first byte is a tag that says which.
const (
	SendsTerminals = 't' // masters of ptys, in the order of the plan
	SendsNetlink   = 'n' // a netlink socket of the container's network namespace
	SendsDevpts    = 'p' // the root of the container's devpts
	SendsTree      = 'm' // what an idmapped bind shows, with its number among them as four bytes
)

// maxSentFDs is how many descriptors one message can carry (SCM_MAX_FD, unix(7)).
const maxSentFDs = 253

// send hands descriptors to the monitor (unix(7), SCM_RIGHTS). The kernel finds their
// numbers in the message, because their slots live there.
func (l *lowering) send(tag byte, fds ...program.Slot) {
	l.sendWith([]byte{tag}, strconv.Quote(string(tag)), fds)
}

// sendTree hands over what the idmapped bind of a number shows.
func (l *lowering) sendTree(number int, tree program.Slot) {
	data := binary.NativeEndian.AppendUint32([]byte{SendsTree}, uint32(number))
	l.sendWith(data, fmt.Sprintf("%q %d", SendsTree, number), []program.Slot{tree})
}

func (l *lowering) sendWith(data []byte, words string, fds []program.Slot) {
	length := unix.CmsgLen(4 * len(fds))
	control := []program.Field{
		{Width: 8, Value: program.Int(length)},
		{Width: 4, Value: program.Word(unix.SOL_SOCKET, "SOL_SOCKET")},
		{Name: "cmsg_type", Width: 4, Value: program.Word(unix.SCM_RIGHTS, "SCM_RIGHTS")},
	}
	for _, fd := range fds {
		control = append(control, program.Field{Name: "fd", Width: 4, Value: fd})
	}
	for pad := unix.CmsgSpace(4*len(fds)) - length; pad > 0; pad -= 4 {
		control = append(control, program.Field{Width: 4, Value: program.Int(0)})
	}
	l.call("sendmsg", unix.SYS_SENDMSG, args(program.InputFD(InputMonitor), program.Struct(
		program.Field{Width: 8, Value: program.Null}, // no address: the socket is connected
		program.Field{Width: 8, Value: program.Int(0)},
		program.Field{Width: 8, Value: program.Struct(
			program.Field{Width: 8, Value: program.Blob(data, words)},
			program.Field{Width: 8, Value: program.Int(len(data))},
		)},
		program.Field{Width: 8, Value: program.Int(1)},
		program.Field{Name: "msg_control", Width: 8, Value: program.Struct(control...)},
		program.Field{Width: 8, Value: program.Int(unix.CmsgSpace(4 * len(fds)))},
		program.Field{Width: 8, Value: program.Int(0)},
	), program.Int(0)), program.About("the monitor"))
}
