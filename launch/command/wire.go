//go:build linux

package command

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// The requests, by LXC's numbers.
const (
	getTTY                = 0
	terminalResized       = 1
	stop                  = 2
	getState              = 3
	getInitPID            = 4
	getCloneFlags         = 5
	getCgroup             = 6
	getConfigItem         = 7
	getName               = 8
	getLXCPath            = 9
	addStateClient        = 10
	consoleLog            = 11
	serveStateClients     = 12
	addSeccompListener    = 13
	addDeviceRule         = 14
	freeze                = 15
	unfreeze              = 16
	getCgroup2FD          = 17
	getInitPIDFD          = 18
	getLimitCgroup        = 19
	getLimitCgroup2FD     = 20
	getDevptsFD           = 21
	getSeccompNotifyFD    = 22
	getCgroupContext      = 23
	getCgroupFD           = 24
	getLimitCgroupFD      = 25
	getSystemdScope       = 26
	requestCount          = 27
	stateCount            = 8
	headerSize            = 16
	maxData               = 2 * unix.PathMax // what a request may bring, as in LXC
	maxDescriptors        = 20               // that an answer may bring
	stateMessageSize      = 264
	stateMessageName      = 256
	consoleLogSize        = 24
	deviceRuleSize        = 40
	cgroupContextSize     = 96
	cgroupFDSize          = 80
	cgroupController      = 64
	messageTypeState      = 0
	messageTypeExitStatus = 2
)

// request is one that has come in whole.
type request struct {
	number uint32
	value  uint64 // means nothing when there is data
	data   []byte
	file   int // descriptor that came along, -1 for none
}

// int32 reads a number of the data.
func (r request) int32(at int) int32 { return int32(binary.NativeEndian.Uint32(r.data[at:])) }

// text is the data without the NUL at its end, and what may stand behind it.
func (r request) text() string { return unix.ByteSliceToString(r.data) }

// reply is what a request is answered.
type reply struct {
	result int32 // 0 or a negative errno
	value  uint64
	data   []byte
	lent   []int // descriptors that go along
	given  []int // and those that are closed then
	silent bool  // there is no answer
	keep   kind  // what the connection is kept for, asks: it is closed
}

// refusal is an answer that says no.
func refusal(errno unix.Errno) reply { return reply{result: -int32(errno)} }

// refusedFD says no to who wants a descriptor.
func refusedFD() reply { return refusal(unix.EBADF) }

// textReply answers with a text, which ends in a NUL.
func textReply(text string) reply { return reply{data: append([]byte(text), 0)} }

// header encodes what an answer begins with.
func (r reply) header() []byte {
	b := binary.NativeEndian.AppendUint32(make([]byte, 0, headerSize), uint32(r.result))
	b = binary.NativeEndian.AppendUint32(b, uint32(len(r.data)))
	if len(r.data) > 0 {
		return binary.NativeEndian.AppendUint64(b, 0) // LXC sends a pointer of its own
	}
	return binary.NativeEndian.AppendUint64(b, r.value)
}

// stateMessage is what a waiter is told, and lxc-monitord: a struct lxc_msg.
func stateMessage(kind uint32, container string, value uint32) []byte {
	b := binary.NativeEndian.AppendUint32(make([]byte, 0, stateMessageSize), kind)
	b = append(b, container[:min(len(container), stateMessageName-1)]...)
	b = append(b, make([]byte, stateMessageSize-4-len(b))...)
	return binary.NativeEndian.AppendUint32(b, value)
}
