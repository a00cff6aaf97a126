package config

import (
	"cmp"
	"slices"
)

// While a configuration is read, interfaces stand in the order they come and are
// found by a map: in the order of their indexes, each new one could have to move
// all others.

// Add returns the interface of an index, made when it is new.
func (n *Network) Add(index uint32) *NIC {
	if nic := n.Find(index); nic != nil {
		return nic
	}
	if n.positions == nil {
		n.positions = make(map[uint32]int)
	}
	n.positions[index] = len(n.NICs)
	n.NICs = append(n.NICs, NIC{Index: index})
	return &n.NICs[len(n.NICs)-1]
}

// Find returns the interface of an index, nil for none.
func (n *Network) Find(index uint32) *NIC {
	if i, ok := n.positions[index]; ok {
		return &n.NICs[i]
	}
	return nil
}

// Remove takes the interface of an index away, if there is one.
func (n *Network) Remove(index uint32) {
	if i, ok := n.positions[index]; ok {
		n.NICs = slices.Delete(n.NICs, i, i+1)
		n.find()
	}
}

// Clear takes all interfaces away.
func (n *Network) Clear() { n.NICs, n.positions = nil, nil }

// Sort puts the interfaces in the order of their indexes, in which they are made.
func (n *Network) Sort() {
	byIndex := func(a, b NIC) int { return cmp.Compare(a.Index, b.Index) }
	if !slices.IsSortedFunc(n.NICs, byIndex) {
		slices.SortFunc(n.NICs, byIndex)
		n.find()
	}
}

// find notes where the interfaces stand.
func (n *Network) find() {
	clear(n.positions)
	for i := range n.NICs {
		n.positions[n.NICs[i].Index] = i
	}
}
