//go:build linux

package dbus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The types of messages, and the fields of their headers, as far as they are needed
// (D-Bus specification, "Message Protocol").
const (
	methodCall   = 1
	methodReturn = 2
	errorReply   = 3
	signal       = 4

	fieldPath        = 1
	fieldInterface   = 2
	fieldMember      = 3
	fieldErrorName   = 4
	fieldReplySerial = 5
	fieldDestination = 6
	fieldSignature   = 8
)

// longestMessage is far above what is sent here, and what the specification allows
// is far above what anybody should make us hold.
const longestMessage = 1 << 20

// Body is the arguments of a message as they are written, in the sender's byte order.
type Body struct {
	signature string
	data      []byte
}

// align pads to a multiple of n, which every type has to start at.
func (b *Body) align(n int) {
	for len(b.data)%n != 0 {
		b.data = append(b.data, 0)
	}
}

func (b *Body) uint32(v uint32) {
	b.align(4)
	b.data = binary.LittleEndian.AppendUint32(b.data, v)
}

func (b *Body) string(v string) {
	b.uint32(uint32(len(v)))
	b.data = append(append(b.data, v...), 0)
}

func (b *Body) writeSignature(v string) {
	b.data = append(append(append(b.data, byte(len(v))), v...), 0)
}

// array writes the elements that fill appends, whose type starts at a multiple of n.
// An array's length does not count the padding before its first element.
func (b *Body) array(n int, fill func()) {
	b.uint32(0)
	at := len(b.data) - 4
	b.align(n)
	start := len(b.data)
	fill()
	binary.LittleEndian.PutUint32(b.data[at:], uint32(len(b.data)-start))
}

// String adds a string argument.
func (b *Body) String(v string) {
	b.signature += "s"
	b.string(v)
}

// A Property is a name with a value of any of the types String, Bool and PIDs.
type Property struct {
	Name  string
	Value any // string, bool or []uint32
}

// Properties adds an argument of the type a(sv).
func (b *Body) Properties(properties ...Property) {
	b.signature += "a(sv)"
	b.array(8, func() {
		for _, p := range properties {
			b.align(8)
			b.string(p.Name)
			b.variant(p.Value)
		}
	})
}

func (b *Body) variant(value any) {
	switch v := value.(type) {
	case string:
		b.writeSignature("s")
		b.string(v)
	case bool:
		b.writeSignature("b")
		n := uint32(0)
		if v {
			n = 1
		}
		b.uint32(n)
	case []uint32:
		b.writeSignature("au")
		b.array(4, func() {
			for _, n := range v {
				b.uint32(n)
			}
		})
	default:
		panic(fmt.Sprintf("dbus: no form for a %T", value))
	}
}

// NoUnits adds an argument of the type a(sa(sv)) without elements: the auxiliary
// units of systemd's StartTransientUnit.
func (b *Body) NoUnits() {
	b.signature += "a(sa(sv))"
	b.array(8, func() {})
}

// encodeCall writes a method call.
func encodeCall(serial uint32, c Call) []byte {
	var m Body
	m.data = append(m.data, 'l', methodCall, 0, 1) // little endian, no flags, protocol 1
	m.uint32(uint32(len(c.Body.data)))
	m.uint32(serial)
	m.array(8, func() {
		for _, f := range [...]struct {
			code      byte
			signature string
			value     string
		}{
			{fieldPath, "o", c.Path}, {fieldDestination, "s", c.Destination}, {fieldInterface, "s", c.Interface},
			{fieldMember, "s", c.Member}, {fieldSignature, "g", c.Body.signature},
		} {
			if f.value == "" {
				continue
			}
			m.align(8)
			m.data = append(m.data, f.code)
			m.writeSignature(f.signature)
			if f.signature == "g" {
				m.writeSignature(f.value)
			} else {
				m.string(f.value)
			}
		}
	})
	m.align(8)
	return append(m.data, c.Body.data...)
}

// message is one that was received.
type message struct {
	kind        byte
	replySerial uint32
	member      string
	errorName   string
	body        reader
}

// reader takes values from a message. The first that is not there makes it fail.
type reader struct {
	data  []byte
	at    int
	order binary.ByteOrder
	err   error
}

var errShort = errors.New("the message bus sent a message that ends too early")

func (r *reader) take(n int) []byte {
	if r.err == nil && (n < 0 || n > len(r.data)-r.at) {
		r.err = errShort
	}
	if r.err != nil {
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) align(n int) { r.take((n - r.at%n) % n) }

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	r.align(4)
	if b := r.take(4); b != nil {
		return r.order.Uint32(b)
	}
	return 0
}

func (r *reader) string() string {
	s := r.take(int(r.uint32()))
	r.take(1) // the zero behind it
	return string(s)
}

func (r *reader) signature() string {
	s := r.take(int(r.byte()))
	r.take(1)
	return string(s)
}

// headerSize is the fixed part of a header, with the length of its array of fields.
const headerSize = 16

// bodySize returns how much follows the fixed part of a header.
func bodySize(fixed []byte) (int, error) {
	r, err := newReader(fixed)
	if err != nil {
		return 0, err
	}
	r.take(4)
	body, _, fields := r.uint32(), r.uint32(), r.uint32()
	if r.err != nil {
		return 0, r.err
	}
	if body > longestMessage || fields > longestMessage {
		return 0, fmt.Errorf("the message bus sent a message of %d bytes", uint64(body)+uint64(fields))
	}
	return (int(fields)+7)/8*8 + int(body), nil
}

func newReader(data []byte) (*reader, error) {
	if len(data) == 0 {
		return nil, errShort
	}
	r := &reader{data: data, order: binary.LittleEndian}
	switch data[0] {
	case 'l':
	case 'B':
		r.order = binary.BigEndian
	default:
		return nil, fmt.Errorf("the message bus sent a message that begins with %q", data[0])
	}
	return r, nil
}

// decode takes a whole message apart.
func decode(data []byte) (message, error) {
	r, err := newReader(data)
	if err != nil {
		return message{}, err
	}
	r.take(1)
	m := message{kind: r.byte()}
	r.take(2)
	r.uint32()
	r.uint32()
	end := int(r.uint32()) + headerSize
	for r.err == nil && r.at < end {
		r.align(8)
		code, signature := r.byte(), r.signature()
		switch {
		case code == fieldReplySerial && signature == "u":
			m.replySerial = r.uint32()
		case signature == "s" || signature == "o":
			value := r.string()
			switch code {
			case fieldMember:
				m.member = value
			case fieldErrorName:
				m.errorName = value
			}
		case signature == "g":
			r.signature()
		case signature == "u":
			r.uint32()
		default:
			return m, fmt.Errorf("the message bus sent a header field of type %q", signature)
		}
	}
	r.align(8)
	if r.err != nil {
		return m, r.err
	}
	m.body = reader{data: data[r.at:], order: r.order}
	return m, nil
}
