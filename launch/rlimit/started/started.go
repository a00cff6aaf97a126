//go:build linux && (amd64 || arm64)

// Package started reads the limit of open files before anybody changes it.
//
// Package syscall raises that limit when it is initialised, and keeps what it was to
// itself. Go initialises packages in the order of their import paths as soon as what
// they import is ready (Go specification, "Program initialization"; sorted since Go
// 1.21): a package that imports nothing and whose path sorts before "syscall" is
// earlier. So it asks the kernel by itself.
package started

// NoFile is the soft and the hard limit of open files that the process was started
// with, and whether they could be read.
var NoFile, Read = read()

func read() (limit [2]uint64, ok bool) {
	ok = noFile(&limit) == 0
	return limit, ok
}

// noFile is prlimit(0, RLIMIT_NOFILE, NULL, limit); the result is 0, or an errno with
// a minus sign.
//
//go:noescape
func noFile(limit *[2]uint64) int64
