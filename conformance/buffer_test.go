//go:build linux

package conformance

import (
	"bytes"
	"strings"
	"sync"
)

// lockedBuffer keeps what is written to it, while others look at it.
type lockedBuffer struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.String()
}

// has tells whether it has a text by now.
func (b *lockedBuffer) has(text string) func() bool {
	return func() bool { return strings.Contains(b.text(), text) }
}
