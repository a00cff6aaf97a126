//go:build linux && !amd64 && !arm64

// Package started reads the limit of open files before anybody changes it, on the
// processors that it knows how to on.
package started

// NoFile is unknown here.
var (
	NoFile [2]uint64
	Read   bool
)
