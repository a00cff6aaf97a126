package filtertest

import (
	"math/rand/v2"

	"lxcfg/grammar/seccomp"
)

// Samples are arguments that a policy may turn on: those where a condition changes
// its mind, one by one and mixed, and the numbers of bundled services. The same
// policy has the same samples.
func Samples(p *seccomp.Policy) [][6]uint64 {
	list := [][6]uint64{{}}
	var pool [6][]uint64
	for i := range pool {
		pool[i] = []uint64{0, 1, ^uint64(0), 1 << 32}
	}
	for _, r := range p.Rules {
		var all [6]uint64
		for _, c := range r.Conditions {
			all[c.Index] = c.Value
		}
		for _, c := range r.Conditions {
			for _, v := range around(c) {
				pool[c.Index] = append(pool[c.Index], v)
				s := all
				s[c.Index] = v
				list = append(list, s)
			}
		}
	}
	for service := uint64(0); service < 26; service++ { // of socketcall(2) and ipc(2)
		list = append(list, [6]uint64{service}, [6]uint64{service | 1<<32})
	}
	r := rand.New(rand.NewPCG(uint64(len(list)), 0))
	for range 100 {
		var s [6]uint64
		for i := range s {
			s[i] = pool[i][r.IntN(len(pool[i]))]
		}
		list = append(list, s)
	}
	return list
}

// around are the values of an argument where a condition may change its mind.
func around(c seccomp.Condition) []uint64 {
	const upper = 1 << 32
	v := c.Value
	list := []uint64{v, v - 1, v + 1, v ^ upper, v + upper, v - upper, v & (upper - 1), v &^ (upper - 1), v | (upper - 1), ^v, v | 1<<63}
	if c.Op == seccomp.MaskedEqual {
		list = append(list, v&c.Mask, v|^c.Mask, v&c.Mask|^c.Mask, v^c.Mask, c.Mask, ^c.Mask, v&c.Mask^1)
	}
	return list
}
