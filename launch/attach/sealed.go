//go:build linux

package attach

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// ownProgram is the file that this process executes.
const ownProgram = "/proc/self/exe"

// seal has this program go on as a copy of itself that nobody can change. It returns in
// that copy only, or when it fails.
//
// What joins a container can be made to execute its own program there: as the
// interpreter "#!/proc/self/exe" of what it is to execute. Root of a container without
// a user namespace of its own is the host's; it could keep that file open, and write to
// it once nobody executes it any more.
func seal() error {
	own, err := os.Open(ownProgram)
	if err != nil {
		return err
	}
	defer own.Close()
	if seals, err := unix.FcntlInt(own.Fd(), unix.F_GET_SEALS, 0); err == nil && seals&unix.F_SEAL_WRITE != 0 {
		return nil
	}
	err = executeCopy(own)
	return fmt.Errorf("protect lxcfg from the container's root: %w", err)
}

// executeCopy executes a copy of a program with the arguments of this process.
func executeCopy(own *os.File) error {
	file, err := program.MemoryFile("lxcfg")
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.Copy(file, own); err != nil {
		return err
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, program.Sealed); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	path := fmt.Sprintf("/proc/self/fd/%d", file.Fd())
	return &os.PathError{Op: "execve", Path: path, Err: unix.Exec(path, os.Args, os.Environ())}
}
