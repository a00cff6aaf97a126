//go:build linux

package monitor

import "sync"

// ring keeps the last of what was written to it.
type ring struct {
	mu   sync.Mutex
	data []byte // as long as it may get
	next int    // where the next byte goes
	full bool
}

func newRing(size uint64) *ring { return &ring{data: make([]byte, size)} }

// Write never fails: what is too much pushes out what is oldest.
func (r *ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rest := p; len(rest) > 0; {
		n := copy(r.data[r.next:], rest)
		rest = rest[n:]
		if r.next += n; r.next == len(r.data) {
			r.next, r.full = 0, true
		}
	}
	return len(p), nil
}

// bytes returns what is kept, the oldest first.
func (r *ring) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var kept []byte
	if r.full {
		kept = append(kept, r.data[r.next:]...)
	}
	return append(kept, r.data[:r.next]...)
}
