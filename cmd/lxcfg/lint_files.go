package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/hashicorp/go-multierror"
)

// cachedFiles is the host's file system for one run, in which a file is read and a
// directory looked at once: a thousand containers include the same common.conf.
type cachedFiles struct {
	read  func(name string) (string, error)
	texts onceMap[string]
	lists onceMap[[]string]
	dirs  onceMap[bool]
}

func newCachedFiles(read func(string) (string, error)) *cachedFiles { return &cachedFiles{read: read} }

// ReadFile reads a file at the first time.
func (c *cachedFiles) ReadFile(name string) (string, error) {
	return c.texts.get(name, func() (string, error) { return c.read(name) })
}

// ReadDir lists a directory.
func (c *cachedFiles) ReadDir(name string) ([]string, error) {
	return c.lists.get(name, func() ([]string, error) { return hostFiles{}.ReadDir(name) })
}

// IsDir reports whether a name is a directory.
func (c *cachedFiles) IsDir(name string) bool {
	is, _ := c.dirs.get(name, func() (bool, error) { return hostFiles{}.IsDir(name), nil })
	return is
}

// onceMap holds the results of functions that are called once for each name. The
// zero map is empty; several goroutines may ask at once.
type onceMap[T any] struct {
	mutex   sync.Mutex
	entries map[string]*onceEntry[T]
}

type onceEntry[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (m *onceMap[T]) get(name string, make func() (T, error)) (T, error) {
	m.mutex.Lock()
	e := m.entries[name]
	if e == nil {
		if m.entries == nil {
			m.entries = map[string]*onceEntry[T]{}
		}
		e = new(onceEntry[T])
		m.entries[name] = e
	}
	m.mutex.Unlock()
	e.once.Do(func() { e.value, e.err = make() })
	return e.value, e.err
}

// expand replaces directories by the configurations below them: files called config
// or with one of the endings.
func expand(paths []string, endings ...string) (files []string, err error) {
	var failed *multierror.Error
	for _, path := range paths {
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.IsDir() {
			files = append(files, path) // reading it says what is wrong
			continue
		}
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				failed = multierror.Append(failed, err)
				return nil
			}
			if entry.IsDir() && entry.Name() == "rootfs" {
				return filepath.SkipDir // a container's own files are not its configuration
			}
			if entry.Type().IsRegular() && (entry.Name() == "config" || slices.Contains(endings, filepath.Ext(entry.Name()))) {
				files = append(files, name)
			}
			return nil
		})
		failed = multierror.Append(failed, err)
	}
	return files, failed.ErrorOrNil()
}

// createFile writes a file that may be there already, wholly or not at all.
func createFile(name, text string) error {
	old, err := os.ReadFile(name)
	if err == nil {
		return writeFile(name, string(old), text)
	}
	if !os.IsNotExist(err) {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		os.Remove(name)
		return fmt.Errorf("write %s: %w", name, err)
	}
	return f.Close()
}
