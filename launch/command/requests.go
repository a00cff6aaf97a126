//go:build linux

package command

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// requests is what a monitor understands: a row a request, at its number. The names are
// those of LXC's commands.
var requests = [requestCount]struct {
	name   string
	size   int  // of its data, -1: any
	file   bool // a descriptor comes behind it, with a byte of its own
	answer func(s *Server, c *connection, r request) reply
}{
	getTTY:             {"get_tty_fd", 0, false, (*Server).lendTerminal},
	terminalResized:    {"terminal_winch", 0, false, (*Server).resize},
	stop:               {"stop", 0, false, (*Server).stop},
	getState:           {"get_state", 0, false, (*Server).tellState},
	getInitPID:         {"get_init_pid", 0, false, (*Server).tellInit},
	getCloneFlags:      {"get_clone_flags", 0, false, (*Server).tellCloneFlags},
	getCgroup:          {"get_cgroup", -1, false, (*Server).tellCgroup},
	getConfigItem:      {"get_config_item", -1, false, (*Server).tellItem},
	getName:            {"get_name", 0, false, (*Server).tellName},
	getLXCPath:         {"get_lxcpath", 0, false, (*Server).tellLXCPath},
	addStateClient:     {"add_state_client", 4 * stateCount, false, (*Server).addWaiter},
	consoleLog:         {"console_log", consoleLogSize, false, (*Server).tellConsoleLog},
	serveStateClients:  {"serve_state_clients", 0, false, (*Server).takeState},
	addSeccompListener: {"seccomp_notify_add_listener", 0, true, (*Server).addListener},
	addDeviceRule:      {"add_bpf_device_cgroup", deviceRuleSize, false, (*Server).addDeviceRule},
	freeze:             {"freeze", 0, false, (*Server).freeze},
	unfreeze:           {"unfreeze", 0, false, (*Server).unfreeze},
	getCgroup2FD:       {"get_cgroup2_fd", 0, false, (*Server).openCgroup2},
	getInitPIDFD:       {"get_init_pidfd", 0, false, (*Server).lendInit},
	getLimitCgroup:     {"get_limit_cgroup", -1, false, (*Server).tellCgroup},
	getLimitCgroup2FD:  {"get_limit_cgroup2_fd", 0, false, (*Server).openCgroup2},
	getDevptsFD:        {"get_devpts_fd", 0, false, (*Server).lendDevpts},
	getSeccompNotifyFD: {"get_seccomp_notify_fd", 0, false, (*Server).lendNotify},
	getCgroupContext:   {"get_cgroup_ctx", cgroupContextSize, false, (*Server).openCgroups},
	getCgroupFD:        {"get_cgroup_fd", cgroupFDSize, false, (*Server).openCgroup},
	getLimitCgroupFD:   {"get_limit_cgroup_fd", cgroupFDSize, false, (*Server).openCgroup},
	getSystemdScope:    {"get_systemd_scope", 0, false, (*Server).tellScope},
}

// handle answers a request that has come in whole.
func (s *Server) handle(c *connection, r request) reply {
	row := requests[r.number]
	if row.size >= 0 && len(r.data) != row.size {
		return refusal(unix.EINVAL)
	}
	return row.answer(s, c, r)
}

func (s *Server) tellState(*connection, request) reply { return reply{value: uint64(s.state)} }
func (s *Server) tellInit(*connection, request) reply {
	return reply{value: uint64(s.container.InitPID)}
}
func (s *Server) tellCloneFlags(*connection, request) reply {
	return reply{value: s.container.CloneFlags}
}
func (s *Server) tellName(*connection, request) reply    { return textReply(s.container.Name) }
func (s *Server) tellLXCPath(*connection, request) reply { return textReply(s.container.LXCPath) }
func (s *Server) lendInit(*connection, request) reply    { return lend(s.container.InitPIDFD) }
func (s *Server) lendDevpts(*connection, request) reply  { return lend(s.container.Devpts) }
func (s *Server) lendNotify(*connection, request) reply  { return lend(s.container.Notify) }

// lend answers with a descriptor that stays open here.
func lend(fd int) reply {
	if fd < 0 {
		return refusedFD()
	}
	return reply{lent: []int{fd}}
}

func (s *Server) tellScope(*connection, request) reply {
	if s.container.Scope == "" {
		return refusal(unix.EINVAL)
	}
	return textReply(s.container.Scope)
}

func (s *Server) tellItem(_ *connection, r request) reply {
	value, ok := s.host.Item(r.text())
	if !ok || value == "" {
		return reply{result: -1}
	}
	return textReply(value)
}

// stop ends the container at once. Who has asked knows that it is done when the
// connection is closed.
func (s *Server) stop(*connection, request) reply {
	if s.container.InitPIDFD < 0 {
		return refusal(unix.ESRCH)
	}
	if err := unix.PidfdSendSignal(s.container.InitPIDFD, s.container.StopSignal, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return refusal(errnoOf(err))
	}
	// A frozen process does not even die on cgroup v1.
	if err := s.thaw(); err != nil {
		return refusal(errnoOf(err))
	}
	return reply{silent: true, keep: stays}
}

func (s *Server) lendTerminal(c *connection, r request) reply {
	s.endGoneLoans()
	fd, loan, ok := s.host.Lend(int(int32(r.value)))
	if !ok {
		return refusedFD()
	}
	c.loan = loan
	c.ended = func() { s.host.Return(loan) }
	return reply{given: []int{fd}, value: uint64(loan.Number), keep: borrows}
}

func (s *Server) resize(*connection, request) reply {
	s.host.Resized()
	return reply{silent: true}
}

// tellConsoleLog takes a struct lxc_console_log: whether to forget what is kept, to
// read it, and how much of it.
func (s *Server) tellConsoleLog(_ *connection, r request) reply {
	read, forget := r.data[1] != 0, r.data[0] != 0
	text, kept := s.host.ConsoleLog(read, forget, binary.NativeEndian.Uint64(r.data[8:]))
	switch {
	case !kept:
		return refusal(unix.EFAULT)
	case read && len(text) == 0:
		return refusal(unix.ENODATA)
	}
	return reply{data: text}
}

func (s *Server) addListener(_ *connection, r request) reply {
	if r.file < 0 {
		return refusal(unix.EBADF)
	}
	if err := s.host.AddListener(r.file); err != nil {
		unix.Close(r.file)
		return refusal(errnoOf(err))
	}
	return reply{}
}

// addDeviceRule takes a struct device_item.
func (s *Server) addDeviceRule(_ *connection, r request) reply {
	rule := DeviceRule{Type: r.data[0], Major: r.int32(4), Minor: r.int32(8), Access: unix.ByteSliceToString(r.data[12:16]), Allow: r.int32(16) == 1}
	if err := s.host.AddDeviceRule(rule); err != nil {
		return reply{result: -1}
	}
	return reply{}
}

// errnoOf is the kernel's error behind another.
func errnoOf(err error) unix.Errno {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return unix.EIO
}
