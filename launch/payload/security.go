//go:build linux

package payload

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

func (l *lowering) capabilityDrop(op plan.CapabilityDrop) {
	for _, c := range op.Capabilities.All() {
		l.call("prctl", unix.SYS_PRCTL, args(program.Word(unix.PR_CAPBSET_DROP, "PR_CAPBSET_DROP"),
			program.Word(uint64(c.Number), c.Name), program.Int(0), program.Int(0), program.Int(0)), program.About(c.Name))
	}
}

func (l *lowering) noNewPrivs() {
	l.call("prctl", unix.SYS_PRCTL, args(program.Word(unix.PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"), program.Int(1),
		program.Int(0), program.Int(0), program.Int(0)))
}

// SlotListener is the name of the slot that holds the listener of the filter.
const SlotListener = "listener"

// seccomp loads the filter. From here on it judges the launch's own calls too, so
// what can be done before is: left are setting the ids, the parent-death signal
// that a change of ids clears, and execve. With a listener the monitor is told
// before, because nothing can be said afterwards (see barrier.go).
func (l *lowering) seccomp(op plan.Seccomp) {
	l.handBack()
	if !op.Notify {
		l.loadFilter(op)
		return
	}
	l.ready()
	l.loadListening(op)
	l.listener = true
}

// loadListening loads the filter with a listener, whose number is in the slot then.
func (l *lowering) loadListening(op plan.Seccomp) {
	l.callInto(SlotListener, "seccomp", unix.SYS_SECCOMP,
		filterArgs(op, program.Word(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, "SECCOMP_FILTER_FLAG_NEW_LISTENER")), program.About(op.Policy))
}

// loadFilter loads the filter without a listener. What it asks about fails with
// ENOSYS.
func (l *lowering) loadFilter(op plan.Seccomp) {
	l.call("seccomp", unix.SYS_SECCOMP, filterArgs(op, program.Int(0)), program.About(op.Policy))
}

// filterArgs are the arguments of seccomp(2) that load a filter.
func filterArgs(op plan.Seccomp, flags program.Operand) []program.Operand {
	filter := make([]byte, 0, 8*op.Filter.Len())
	for _, in := range op.Filter.All() {
		filter = binary.NativeEndian.AppendUint16(filter, in.Code)
		filter = append(filter, in.JT, in.JF)
		filter = binary.NativeEndian.AppendUint32(filter, in.K)
	}
	return args(program.Word(unix.SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"), flags,
		program.Struct( // struct sock_fprog
			program.Field{Name: "len", Width: 2, Value: program.Int(op.Filter.Len())},
			program.Field{Width: 2, Value: program.Int(0)},
			program.Field{Width: 4, Value: program.Int(0)},
			program.Field{Name: "filter", Width: 8, Value: program.Blob(filter, fmt.Sprintf("%d instructions of %s", op.Filter.Len(), op.Policy))},
		))
}

// openLabel opens the file that takes the label while the host's /proc is still
// in reach: the container may have none, or one of its own making.
func (l *lowering) openLabel() {
	if l.labelFile == "" {
		return
	}
	l.attr = l.openAttribute("label", l.labelFile)
}

// openAttribute opens a file of the payload's that an LSM reads.
func (l *lowering) openAttribute(slot, file string) program.Slot {
	return l.callInto(slot, "openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str("/proc/thread-self/attr/"+file),
		program.Word(unix.O_WRONLY|unix.O_CLOEXEC, "O_WRONLY|O_CLOEXEC"), program.Int(0)))
}

// labelFile is where an LSM takes the label: AppArmor for what the payload does from
// then on, SELinux for the coming execve.
func labelFile(lsm string) string {
	if lsm == "apparmor" {
		return "apparmor/current"
	}
	return "exec"
}

// label asks for a label. AppArmor takes a command, SELinux the context.
func (l *lowering) label(op plan.Label) {
	text := op.Label
	if op.LSM == "apparmor" {
		text = "changeprofile " + text
	}
	l.writeAttribute(l.attr, text, op.LSM+" label "+op.Label)
}

func (l *lowering) writeAttribute(file program.Slot, text, about string) {
	l.call("write", unix.SYS_WRITE, args(file, program.Str(text), program.Int(len(text))), program.About(about))
	l.close(file)
}
