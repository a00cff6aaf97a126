//go:build linux

package netlink

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// headerSize is the size of struct nlmsghdr, attributeSize that of struct nlattr
// (netlink(7)).
const (
	headerSize    = unix.SizeofNlMsghdr
	attributeSize = unix.SizeofNlAttr
)

// A request is a message on its way to the kernel: the netlink header, the header
// of the message's family, and attributes. Numbers are in the machine's byte order.
type request struct {
	data   []byte
	object string // what it is about, for errors
}

// newRequest begins a message. The sequence number is filled in when it is sent.
func newRequest(kind, flags uint16, object string, family []byte) *request {
	r := &request{data: make([]byte, headerSize, 256), object: object}
	binary.NativeEndian.PutUint16(r.data[4:], kind)
	binary.NativeEndian.PutUint16(r.data[6:], unix.NLM_F_REQUEST|flags)
	r.put(family)
	return r
}

// put appends bytes and what is missing to the next multiple of four.
func (r *request) put(b []byte) {
	r.data = append(r.data, b...)
	for len(r.data)%4 != 0 {
		r.data = append(r.data, 0)
	}
}

// bytes appends an attribute.
func (r *request) bytes(kind uint16, value []byte) {
	r.data = binary.NativeEndian.AppendUint16(r.data, uint16(attributeSize+len(value)))
	r.data = binary.NativeEndian.AppendUint16(r.data, kind)
	r.put(value)
}

// text appends a string, which ends in a zero byte.
func (r *request) text(kind uint16, s string) { r.bytes(kind, append([]byte(s), 0)) }

func (r *request) uint16(kind uint16, n uint16) {
	r.bytes(kind, binary.NativeEndian.AppendUint16(nil, n))
}

func (r *request) uint32(kind uint16, n uint32) {
	r.bytes(kind, binary.NativeEndian.AppendUint32(nil, n))
}

// nest appends an attribute made of the attributes that fill appends.
func (r *request) nest(kind uint16, fill func()) {
	at := len(r.data)
	r.bytes(kind|unix.NLA_F_NESTED, nil)
	fill()
	binary.NativeEndian.PutUint16(r.data[at:], uint16(len(r.data)-at))
}

// finish fills in the length of the message, how it is to be answered, and its number.
func (r *request) finish(flags uint16, sequence uint32) []byte {
	binary.NativeEndian.PutUint32(r.data[0:], uint32(len(r.data)))
	binary.NativeEndian.PutUint16(r.data[6:], binary.NativeEndian.Uint16(r.data[6:])|flags)
	binary.NativeEndian.PutUint32(r.data[8:], sequence)
	return r.data
}

func (r *request) kind() uint16 { return binary.NativeEndian.Uint16(r.data[4:]) }

// An answer is a message from the kernel.
type answer struct {
	kind, flags uint16
	sequence    uint32
	body        []byte // behind the netlink header
}

// split takes what one recvmsg(2) brought apart. A message that claims to be longer
// than what is there ends it.
func split(data []byte) []answer {
	var answers []answer
	for len(data) >= headerSize {
		length := int(binary.NativeEndian.Uint32(data))
		if length < headerSize || length > len(data) {
			break
		}
		answers = append(answers, answer{
			kind:     binary.NativeEndian.Uint16(data[4:]),
			flags:    binary.NativeEndian.Uint16(data[6:]),
			sequence: binary.NativeEndian.Uint32(data[8:]),
			body:     data[headerSize:length],
		})
		data = data[min(aligned(length), len(data)):]
	}
	return answers
}

// attributes calls each for every attribute, with the bits that only say how it is
// encoded taken off its kind.
func attributes(data []byte, each func(kind uint16, value []byte)) {
	for len(data) >= attributeSize {
		length := int(binary.NativeEndian.Uint16(data))
		if length < attributeSize || length > len(data) {
			return
		}
		kind := binary.NativeEndian.Uint16(data[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
		each(kind, data[attributeSize:length])
		data = data[min(aligned(length), len(data)):]
	}
}

// aligned rounds a length up to where the next message or attribute begins.
func aligned(n int) int { return (n + 3) &^ 3 }

// text reads a string attribute.
func text(value []byte) string { return unix.ByteSliceToString(value) }

// number reads an attribute of one, two or four bytes, 0 for any other.
func number(value []byte) uint32 {
	switch len(value) {
	case 1:
		return uint32(value[0])
	case 2:
		return uint32(binary.NativeEndian.Uint16(value))
	case 4:
		return binary.NativeEndian.Uint32(value)
	}
	return 0
}
