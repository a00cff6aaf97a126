// Package lint is what `lxcfg lint` does apart from reading files and printing: it
// checks files of every kind, leaves out what their comments, the project file and
// a baseline say to leave out, and applies fixes. It also knows every code that a
// finding can have.
package lint
