package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// hostFiles is the host's file system for the loader.
type hostFiles struct{}

// maxConfig is the size of file LXC reads, in bytes.
const maxConfig = 1<<31 - 1

// ReadFile reads a regular file, /dev/null, which is what people name for an empty
// one, or a pipe that a shell made: `lxcfg lint <(generate)`. LXC would also wait at
// a named pipe for somebody to write, and read a device without an end.
func (hostFiles) ReadFile(name string) (string, error) {
	f, err := openWithoutWaiting(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular(), mode&fs.ModeNamedPipe != 0 && isShellPipe(f):
	case isNull(info):
		return "", nil
	case mode.IsDir():
		return "", fmt.Errorf("%s is a directory", name)
	default:
		return "", fmt.Errorf("%s is no regular file", name)
	}
	if info.Size() > maxConfig {
		return "", fmt.Errorf("%s has %d bytes; LXC reads files of up to %d", name, info.Size(), maxConfig)
	}
	var text strings.Builder
	text.Grow(int(info.Size()) + 1)
	// A buffer no larger than the file: most are small, and there are many.
	n, err := io.CopyBuffer(&text, io.LimitReader(f, maxConfig+1), make([]byte, min(max(512, int(info.Size())+1), 1<<15)))
	if err == nil && n > maxConfig {
		err = fmt.Errorf("%s has more than the %d bytes LXC reads", name, maxConfig)
	}
	return text.String(), err
}

// maxScript is the size of script that is looked into, in bytes.
const maxScript = 1 << 18

// ReadScript reads a script: a regular file that begins with what runs it, and has a
// length that people write.
func (hostFiles) ReadScript(name string) (text string, ok bool) {
	f, err := openWithoutWaiting(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxScript {
		return "", false
	}
	data, err := io.ReadAll(io.LimitReader(f, maxScript+1))
	text = string(data)
	return text, err == nil && len(text) <= maxScript && strings.HasPrefix(text, "#!")
}

// ReadDir lists a directory in the order the file system has, which is LXC's.
func (hostFiles) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

// IsDir reports whether a name is a directory.
func (hostFiles) IsDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
