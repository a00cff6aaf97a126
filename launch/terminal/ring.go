//go:build linux

package terminal

// Ring keeps the last of what was written to it.
type Ring struct {
	size int
	kept []byte // all of it, the oldest first, with room for as much again
}

// NewRing keeps so many bytes.
func NewRing(size uint64) *Ring { return &Ring{size: int(size)} }

// Size is how much it keeps.
func (r *Ring) Size() uint64 { return uint64(r.size) }

// Write never fails: what is too much pushes out what is oldest.
func (r *Ring) Write(p []byte) (int, error) {
	written := len(p)
	p = p[max(0, len(p)-r.size):]
	if len(r.kept)+len(p) > 2*r.size {
		r.kept = append(r.kept[:0], r.Bytes()...)
	}
	r.kept = append(r.kept, p...)
	return written, nil
}

// Bytes returns what is kept, the oldest first.
func (r *Ring) Bytes() []byte { return r.kept[max(0, len(r.kept)-r.size):] }

// Take returns the oldest of what is kept, at most so much, 0 for everything, and forgets it.
func (r *Ring) Take(most uint64) []byte {
	kept := r.Bytes()
	if most > 0 && most < uint64(len(kept)) {
		kept = kept[:most]
	}
	taken := append([]byte(nil), kept...)
	r.kept = append(r.kept[:0], r.Bytes()[len(taken):]...)
	return taken
}

// Forget forgets everything.
func (r *Ring) Forget() { r.kept = nil }
