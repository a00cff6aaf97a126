//go:build linux

package command

import (
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Wait waits until the container is in one of some states. No monitor, or one that ends,
// is Stopped. With a time of 0 it waits for ever. The error is os.ErrDeadlineExceeded
// when the time has passed.
func (p Peer) Wait(timeout time.Duration, states ...State) (State, error) {
	deadline := time.Now().Add(timeout)
	for {
		state, err := p.waitOnce(timeout, deadline, states)
		if !errors.Is(err, ErrNotRunning) {
			return state, err
		}
		if containsState(states, Stopped) {
			return Stopped, nil
		}
		// It has not begun yet: LXC looks every second.
		const often = 100 * time.Millisecond
		if timeout > 0 && time.Until(deadline) < often {
			return Stopped, os.ErrDeadlineExceeded
		}
		time.Sleep(often)
	}
}

func containsState(states []State, state State) bool {
	for _, s := range states {
		if s == state {
			return true
		}
	}
	return false
}

// waitOnce waits at one monitor, until that ends: then it is ErrNotRunning.
func (p Peer) waitOnce(timeout time.Duration, deadline time.Time, states []State) (State, error) {
	w, err := p.Watch(false, states...)
	if err != nil {
		return Stopped, err
	}
	left := time.Duration(0)
	if timeout > 0 {
		if left = time.Until(deadline); left <= 0 {
			w.Close()
			return Stopped, os.ErrDeadlineExceeded
		}
	}
	return w.Wait(left)
}

// Watch is somebody who waits for states of a container.
type Watch struct {
	peer    Peer
	socket  int
	reached bool // the container is in one of the states
	state   State
}

// Watch begins to wait for states, so that none is missed that comes from now on. With
// again it is not satisfied by the state there is, and survives a reboot.
func (p Peer) Watch(again bool, states ...State) (*Watch, error) {
	socket, err := p.connect()
	if err != nil {
		return nil, err
	}
	how := uint32(1)
	if again {
		how = survivesReboot
	}
	wanted := make([]byte, 4*stateCount)
	for _, s := range states {
		binary.NativeEndian.PutUint32(wanted[4*s:], how)
	}
	a, err := p.askOver(socket, addStateClient, 0, wanted)
	if err != nil {
		unix.Close(socket)
		if errors.Is(err, unix.ECONNRESET) {
			err = ErrNotRunning
		}
		return nil, err
	}
	return &Watch{peer: p, socket: socket, reached: a.result < stateCount, state: State(a.result)}, nil
}

// Close gives up.
func (w *Watch) Close() { unix.Close(w.socket) }

// Wait waits, for ever with a time of 0, and gives up. The error is os.ErrDeadlineExceeded
// when the time has passed, and ErrNotRunning when the container has stopped.
func (w *Watch) Wait(timeout time.Duration) (State, error) {
	defer w.Close()
	if w.reached {
		return w.state, nil
	}
	if err := setTimeout(w.socket, timeout); err != nil {
		return Stopped, err
	}
	message, _, err := receiveWhole(w.socket, stateMessageSize)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return Stopped, os.ErrDeadlineExceeded
	case errors.Is(err, unix.ECONNRESET):
		return Stopped, ErrNotRunning
	case err != nil:
		return Stopped, &os.PathError{Op: "recv", Path: w.peer.socketAddress(), Err: err}
	}
	_, _, state := decodeStateMessage(message)
	return State(state), nil
}
