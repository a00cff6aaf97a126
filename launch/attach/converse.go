//go:build linux

package attach

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/launch/payload"
)

// converse does what the child cannot do itself, until it has become the command, or
// nothing: both end the conversation.
func (j *joining) converse() error {
	for {
		m, err := payload.Receive(j.talk)
		switch {
		case errors.Is(err, unix.ECONNRESET):
			return nil // it died with a byte of ours unread
		case err != nil:
			return err
		case m.Tag == 0:
			return nil
		case m.Tag == payload.SendsTerminals && len(m.Files) == 1 && j.master == nil:
			j.master = os.NewFile(uintptr(m.Files[0]), "terminal")
		case m.Tag == payload.SaysReady:
			if err := j.release(); err != nil {
				return err
			}
		default:
			m.Close()
		}
	}
}

// release lets a child go on that waits: its terminal is connected, and its limits are
// set from outside, because what it executes may have no right to raise them.
func (j *joining) release() error {
	if j.master != nil {
		if err := j.connect(); err != nil {
			return err
		}
	}
	for _, l := range j.request.Settings.Limits {
		limit := unix.Rlimit{Cur: l.Soft, Max: l.Hard}
		if err := unix.Prlimit(j.child.PID, int(l.Number), &limit, nil); err != nil {
			return fmt.Errorf("set the limit lxc.prlimit.%s: %w", l.Resource, err)
		}
	}
	err := payload.GoOn(j.talk)
	switch {
	case err == nil && j.listens:
		return j.handListener()
	case err == nil, errors.Is(err, unix.EPIPE): // it is gone: the conversation ends
		return nil
	}
	return fmt.Errorf("let the child go on: %w", err)
}

// handListener takes the listener of the filter out of the child, and gives it to the
// monitor, whose proxy then decides about the calls of the command. A monitor that has no
// proxy takes none: what the filter asks about fails with ENOSYS then.
func (j *joining) handListener() error {
	number, ok := payload.AwaitListener(j.image, j.talk)
	if !ok {
		return nil
	}
	listener, err := unix.PidfdGetfd(j.child.PIDFD, number, 0)
	if err != nil {
		return fmt.Errorf("take over the listener of the seccomp filter: pidfd_getfd: %w", err)
	}
	defer unix.Close(listener)
	_ = j.container.peer.GiveListener(listener)
	j.image.Release()
	return nil
}
