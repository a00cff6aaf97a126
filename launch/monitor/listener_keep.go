//go:build linux

package monitor

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// keptFilter is a filterListener as a monitor takes it along that executes itself anew.
type keptFilter struct {
	FD    int        `json:"fd"`
	More  []int      `json:"more"`
	Proxy *keptProxy `json:"proxy"`
}

type keptProxy struct {
	Address    string `json:"address"`
	Cookie     []byte `json:"cookie"`
	Socket     int    `json:"socket"`
	Calls      int    `json:"calls"`
	Unanswered int    `json:"unanswered"`
	Last       string `json:"last"`
}

// pause keeps the proxy from being asked. It is false when it has not answered yet. Who
// makes a call meanwhile waits.
func (l *filterListener) pause() bool {
	if l == nil || l.proxy == nil {
		return true
	}
	select {
	case l.turn <- struct{}{}:
		return true
	case <-time.After(drainTime):
		return false
	}
}

// goOn ends a pause.
func (l *filterListener) goOn() {
	if l != nil && l.proxy != nil {
		<-l.turn
	}
}

// keep is what there is to take along of a listener that pauses.
func (l *filterListener) keep() keptFilter {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := keptFilter{FD: l.fd, More: l.more}
	if p := l.proxy; p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		k.Proxy = &keptProxy{Address: p.address, Cookie: p.cookie, Socket: p.socket, Calls: p.went.Calls, Unanswered: p.went.Unanswered}
		if p.went.Last != nil {
			k.Proxy.Last = p.went.Last.Error()
		}
	}
	return k
}

// fds are the descriptors that have to stay open.
func (k keptFilter) fds() []int {
	fds := append([]int{k.FD}, k.More...)
	if k.Proxy != nil && k.Proxy.Socket != 0 {
		fds = append(fds, k.Proxy.Socket)
	}
	return fds
}

// restoreFilter makes a listener of what was kept, and goes on to serve it.
func (m *Monitor) restoreFilter(k keptFilter) error {
	for _, fd := range k.fds() {
		unix.CloseOnExec(fd)
	}
	m.filter = m.newListener(k.FD)
	m.filter.more = k.More
	if k.Proxy == nil {
		return nil
	}
	p := &proxy{address: k.Proxy.Address, cookie: k.Proxy.Cookie, socket: k.Proxy.Socket,
		went: Asked{Proxy: k.Proxy.Address, Calls: k.Proxy.Calls, Unanswered: k.Proxy.Unanswered}}
	if k.Proxy.Last != "" {
		p.went.Last = errors.New(k.Proxy.Last)
	}
	return m.filter.serve(p)
}
