//go:build linux

package payload

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// The conversation between monitor and payload goes over one socket pair, a byte
// at a time. Who waits for whom is derived from the plan: wherever its steps
// change sides. With every phase in use it is
//
//	monitor                        payload
//	prepare
//	spawn ───────── clone3 ──────▶ (reads)
//	admit
//	        ───────── go ────────▶ enter
//	(reads) ◀─────── ready ───────
//	connect
//	        ───────── go ────────▶ isolate
//	(reads) ◀─────── ready ───────
//	storage
//	        ───────── go ────────▶ mount
//	(reads) ◀─────── ready ───────
//	map
//	        ───────── go ────────▶ furnish, pivot, confine
//	(reads) ◀─────── ready ───────
//	limit
//	        ───────── go ────────▶ start, execve
//	(reads) ◀──── end of file ────
//	running
//
// A phase without steps costs nothing: its barrier is not there. A side that
// dies closes its end, which ends the other's read.
//
// One barrier is another: where the monitor takes over the listener of a seccomp
// filter, the payload must make no call, because the filter judges it. It is ready
// before it loads the filter, and then waits without one until the monitor releases
// its image. The monitor looks into the image for the listener's number.

// Segment is a run of steps of one side: steps From to To-1 of the plan.
type Segment struct {
	Side     plan.Side
	From, To int
}

// Segments cuts a plan where its steps change sides. The monitor's first segment
// ends with the spawn; what it does after that, while the payload waits, is a
// segment of its own.
func Segments(p plan.Plan) []Segment {
	var segments []Segment
	spawned := false
	for i, s := range p.Steps() {
		last := len(segments) - 1
		if last < 0 || segments[last].Side != s.Side() || spawned {
			segments = append(segments, Segment{Side: s.Side(), From: i})
			last++
		}
		segments[last].To = i + 1
		_, spawned = s.Op.(plan.Spawn)
	}
	return segments
}

// The names of the inputs that carry the conversation.
const (
	InputBarrier = "barrier" // the payload's end of the socket pair
	InputMonitor = "monitor" // a socket that descriptors are exchanged over
)

// barrier tells the monitor that the payload is ready, and waits.
func (l *lowering) barrier() {
	l.ready()
	l.await()
}

// SaysReady is the byte that says so.
const SaysReady = '+'

// ready tells the monitor that the payload has done its steps.
func (l *lowering) ready() {
	l.call("write", unix.SYS_WRITE, args(program.InputFD(InputBarrier), program.Blob([]byte{SaysReady}, `"+"`), program.Int(1)),
		program.Least(1), program.About("the monitor"))
}

// GoOn tells a payload that waits at its barrier to go on. Where the payload is gone, the
// error is EPIPE.
func GoOn(talk *os.File) error {
	for {
		err := unix.Send(int(talk.Fd()), []byte{SaysReady}, unix.MSG_NOSIGNAL)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// HasEnded waits, and tells whether a payload that has nothing more to say has ended the
// conversation.
func HasEnded(talk *os.File, within time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(talk.Fd()), Events: unix.POLLIN}}
	timeout := unix.NsecToTimespec(within.Nanoseconds())
	n, err := unix.Ppoll(fds, &timeout, nil)
	return err == nil && n > 0
}

// hold waits for the monitor without a call.
func (l *lowering) hold() {
	l.b.Hold("waits in user space until the monitor has taken over the listener")
}

// await waits for the monitor to say go. The end of file it gets when the monitor
// is dead is an error.
func (l *lowering) await() {
	l.call("read", unix.SYS_READ, args(program.InputFD(InputBarrier), program.Blob([]byte{0}, "<buffer>"), program.Int(1)),
		program.Least(1), program.About("the monitor"))
}
