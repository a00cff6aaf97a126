package seccomp

// Number gives tests the number of a call on an architecture.
func Number(arch, call string) (uint32, bool) {
	for _, a := range abis {
		if a.name == arch {
			return a.number(call)
		}
	}
	return 0, false
}

// Bundled gives tests the call that a service can be reached through.
func Bundled(arch, call string) (bundle uint32, service uint64, ok bool) {
	for _, a := range abis {
		if a.name == arch {
			name, service, ok := a.bundled(call)
			bundle, _ := a.number(name)
			return bundle, service, ok
		}
	}
	return 0, 0, false
}
