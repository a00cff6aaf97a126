package diag

import (
	"iter"
	"math/bits"
)

// Suggest finds the candidate that a misspelt word was most likely meant to be,
// ok false when none is near. Near is one mistake in every four letters, three
// at the most: a mistake is a letter too many, too few or wrong, or two swapped.
func Suggest(word string, candidates iter.Seq[string]) (best string, ok bool) {
	limit := min(3, max(1, len(word)/4))
	nearest := limit + 1
	for c := range candidates {
		if abs(len(c)-len(word)) >= nearest || unlike(word, c) >= nearest {
			continue
		}
		if d := Distance(word, c); d < nearest {
			nearest, best = d, c
		}
	}
	return best, nearest <= limit
}

// unlike is a lower bound of the distance that is quick to find: how many
// different letters one word has and the other has not.
func unlike(a, b string) int {
	inA, inB := letters(a), letters(b)
	return max(bits.OnesCount64(inA&^inB), bits.OnesCount64(inB&^inA))
}

// letters is the set of a word's letters.
func letters(word string) uint64 {
	var set uint64
	for i := range len(word) {
		set |= 1 << (word[i] & 63)
	}
	return set
}

// Distance counts the mistakes that turn one word into the other (the optimal
// string alignment distance).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
