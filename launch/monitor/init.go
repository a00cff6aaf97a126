//go:build linux

package monitor

import (
	"os"

	"lxcfg/launch/program"
	"lxcfg/launch/reaper"
)

// initFile puts the minimal init into a file in memory, which the payload seals and
// executes.
func initFile() (*os.File, error) {
	image, err := reaper.Image()
	if err != nil {
		return nil, err
	}
	file, err := program.MemoryFile("init")
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(image); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
