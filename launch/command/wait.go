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
	socket, err := p.connect()
	if err != nil {
		return Stopped, err
	}
	defer unix.Close(socket)
	wanted := make([]byte, 4*stateCount)
	for _, s := range states {
		binary.NativeEndian.PutUint32(wanted[4*s:], 1)
	}
	a, err := p.askOver(socket, addStateClient, 0, wanted)
	switch {
	case errors.Is(err, unix.ECONNRESET):
		return Stopped, ErrNotRunning
	case err != nil || a.result < stateCount:
		return State(a.result), err
	}
	left := time.Duration(0)
	if timeout > 0 {
		if left = time.Until(deadline); left <= 0 {
			return Stopped, os.ErrDeadlineExceeded
		}
	}
	if err := setTimeout(socket, left); err != nil {
		return Stopped, err
	}
	message, _, err := receiveWhole(socket, stateMessageSize)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return Stopped, os.ErrDeadlineExceeded
	case errors.Is(err, unix.ECONNRESET):
		return Stopped, ErrNotRunning
	case err != nil:
		return Stopped, &os.PathError{Op: "recv", Path: p.socketAddress(), Err: err}
	}
	_, _, state := decodeStateMessage(message)
	return State(state), nil
}
