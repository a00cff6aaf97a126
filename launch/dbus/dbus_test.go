//go:build linux

package dbus

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bus starts a message bus of dbus-daemon's and returns its socket.
func bus(t *testing.T) string {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed")
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "bus")
	config := filepath.Join(dir, "config")
	text := `<busconfig><type>session</type><listen>unix:path=` + socket + `</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(daemon, "--nofork", "--config-file="+config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 200 {
		if _, err := os.Stat(socket); err == nil {
			return socket
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the message bus does not come up")
	return ""
}

func dial(t *testing.T, socket string) *Conn {
	t.Helper()
	c, err := Dial(socket, Wait{Most: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// daemonCall is a method of the message bus itself.
func daemonCall(member string, arguments ...string) Call {
	c := Call{Destination: "org.freedesktop.DBus", Path: "/org/freedesktop/DBus", Interface: "org.freedesktop.DBus", Member: member}
	for _, a := range arguments {
		c.Body.String(a)
	}
	return c
}

func TestCalls(t *testing.T) {
	c := dial(t, bus(t))
	id, err := c.Call(daemonCall("GetId"))
	if err != nil || len(id) != 32 {
		t.Errorf("the bus' id is %q, %v", id, err)
	}
	var refused *Error
	if _, err := c.Call(daemonCall("GetNameOwner", "org.example.Nobody")); !errors.As(err, &refused) ||
		refused.Name != "org.freedesktop.DBus.Error.NameHasNoOwner" || !strings.Contains(refused.Error(), "org.example.Nobody") {
		t.Errorf("the owner of a name that nobody has: %v", err)
	}
}

// A signal that comes before the answer to a call is not lost.
func TestSignals(t *testing.T) {
	socket := bus(t)
	c := dial(t, socket)
	if _, err := c.Call(daemonCall("AddMatch", "type='signal',member='NameOwnerChanged'")); err != nil {
		t.Fatal(err)
	}
	dial(t, socket)
	if _, err := c.Call(daemonCall("GetId")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{":1.1", ":1.2"} {
		if name == ":1.2" {
			dial(t, socket)
		}
		err := c.Signal("NameOwnerChanged", func(a Arguments) bool { return a.Text() == name && a.Text() == "" && a.Text() == name })
		if err != nil {
			t.Errorf("the signal about %s: %v", name, err)
		}
	}
}

// Who does not answer is not waited for longer than allowed, and an interruption ends
// the wait.
func TestWait(t *testing.T) {
	c := dial(t, bus(t))
	c.wait = Wait{Most: time.Millisecond}
	if err := c.Signal("Never", func(Arguments) bool { return true }); !errors.Is(err, unix.ETIMEDOUT) {
		t.Errorf("waiting for a signal that does not come: %v", err)
	}
	stop := errors.New("stop")
	c.wait = Wait{Most: time.Hour, Stopped: func() error { return stop }}
	if err := c.Signal("Never", func(Arguments) bool { return true }); !errors.Is(err, stop) {
		t.Errorf("waiting until it is stopped: %v", err)
	}
	if _, err := Dial(filepath.Join(t.TempDir(), "none"), Wait{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a bus that is not there: %v", err)
	}
}

// The arguments of StartTransientUnit are read as they were written.
func TestArguments(t *testing.T) {
	var b Body
	b.String("a.scope")
	b.Properties(Property{"Delegate", true}, Property{"PIDs", []uint32{7}}, Property{"D", "x"})
	b.NoUnits()
	if b.signature != "sa(sv)a(sa(sv))" {
		t.Errorf("the signature is %q", b.signature)
	}
	r := reader{data: b.data, order: binary.LittleEndian}
	if name := r.string(); name != "a.scope" {
		t.Errorf("the name is %q", name)
	}
	length := int(r.uint32())
	r.align(8)
	end := r.at + length
	var got []string
	for r.at < end {
		r.align(8)
		name, signature := r.string(), r.signature()
		switch signature {
		case "b":
			got = append(got, name+map[uint32]string{1: " true"}[r.uint32()])
		case "au":
			if r.uint32() == 4 && r.uint32() == 7 {
				got = append(got, name+" 7")
			}
		case "s":
			got = append(got, name+" "+r.string())
		}
	}
	if strings.Join(got, ", ") != "Delegate true, PIDs 7, D x" || r.at != end || r.uint32() != 0 || r.err != nil {
		t.Errorf("the properties are %q", got)
	}
}

// What comes from a bus is not trusted: nothing makes the reader panic, or hold more
// than a message may have.
func FuzzDecode(f *testing.F) {
	f.Add(encodeCall(1, daemonCall("GetNameOwner", "a")))
	f.Add([]byte("l\x02\x00\x01\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff"))
	f.Add([]byte("B\x04\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x08\x06\x01v\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < headerSize {
			return
		}
		size, err := bodySize(data[:headerSize])
		if err == nil && (size < 0 || size > 2*longestMessage+8) {
			t.Errorf("the message has %d bytes more", size)
		}
		if m, err := decode(data); err == nil {
			firstString(m)
		}
	})
}

// A message is read as it was written, in either byte order.
func TestDecode(t *testing.T) {
	data := encodeCall(9, daemonCall("Hello", "x"))
	m, err := decode(data)
	if err != nil || m.kind != methodCall || m.member != "Hello" || firstString(m) != "x" {
		t.Errorf("decoded: %+v, %v", m, err)
	}
	size, err := bodySize(data[:headerSize])
	if err != nil || headerSize+size != len(data) {
		t.Errorf("%d bytes follow the header, %v, of %d", size, err, len(data))
	}
	var big bytes.Buffer
	big.WriteString("B\x03\x00\x01")
	for _, n := range []uint32{6, 1, 29} { // body, serial, fields
		_ = binary.Write(&big, binary.BigEndian, n)
	}
	big.WriteString("\x05\x01u\x00\x00\x00\x00\x07" + "\x04\x01s\x00\x00\x00\x00\x0corg.x.Failed\x00" + "\x00\x00\x00")
	big.WriteString("\x00\x00\x00\x01y\x00")
	m, err = decode(big.Bytes())
	if err != nil || m.kind != errorReply || m.replySerial != 7 || m.errorName != "org.x.Failed" || firstString(m) != "y" {
		t.Errorf("decoded: %+v, %v", m, err)
	}
}
