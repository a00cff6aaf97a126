// Package plan is the launch as data: an ordered list of steps, each with what
// it does, which side does it, and the configuration lines it comes from. What
// `lxcfg plan` prints, what a plan file holds and what launch executes are one
// and the same value.
//
// A Plan is immutable. Only Builder.Build and Read make one, its fields cannot
// be reached, steps are handed out by value, and every sequence in an op is a
// List, which nobody can write to.
//
// The package imports nothing of lxcfg, so that any tool can read plans and the
// launch does not carry the compiler.
package plan
