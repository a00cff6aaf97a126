// This file is empty on purpose: with an assembly file in the package, Go accepts
// the functions without a body in run_unsafe.go, which are the runtime's.
