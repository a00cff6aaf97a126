package idmap

import (
	"fmt"
	"strconv"
	"strings"
)

// Request is what one word of a command line asks for.
type Request struct {
	Kinds []Kind
	Through
}

// ParseRequest reads a word:
//
//	u:1000        user 1000 of the host is user 1000 of the container
//	g:44          the same of a group; b: both
//	u:1000-1005   several
//	u:1000=33     user 1000 of the container is user 33 of the host
func ParseRequest(word string) (Request, error) {
	var r Request
	kind, ids, ok := strings.Cut(word, ":")
	switch {
	case ok && kind == "u":
		r.Kinds = []Kind{User}
	case ok && kind == "g":
		r.Kinds = []Kind{Group}
	case ok && kind == "b":
		r.Kinds = []Kind{User, Group}
	default:
		return r, fmt.Errorf("%q does not begin with u: for a user, g: for a group or b: for both, as in u:1000", word)
	}
	inside, host, other := strings.Cut(ids, "=")
	first, last, err := parseIDs(word, inside)
	if err != nil {
		return r, err
	}
	r.Container, r.Host, r.Count = first, first, last-first+1
	if !other {
		return r, nil
	}
	firstHost, lastHost, err := parseIDs(word, host)
	if err != nil {
		return r, err
	}
	if strings.Contains(host, "-") && lastHost-firstHost != last-first {
		return r, fmt.Errorf("%q: there are %d ids on one side and %d on the other", word, last-first+1, lastHost-firstHost+1)
	}
	r.Host = firstHost
	return r, nil
}

// parseIDs reads "1000" and "1000-1005".
func parseIDs(word, text string) (first, last uint64, err error) {
	low, high, several := strings.Cut(text, "-")
	if first, err = parseID(word, low); err != nil {
		return 0, 0, err
	}
	if !several {
		return first, first, nil
	}
	if last, err = parseID(word, high); err != nil {
		return 0, 0, err
	}
	if last < first {
		return 0, 0, fmt.Errorf("%q: %d comes before %d", word, last, first)
	}
	return first, last, nil
}

func parseID(word, text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 64)
	switch {
	case text == "":
		return 0, fmt.Errorf("%q: there is no id", word)
	case err != nil && strings.Trim(text, "0123456789") != "":
		return 0, fmt.Errorf("%q: %q is no number; `id -u NAME` and `getent group NAME` tell the numbers of names", word, text)
	case err != nil || id > lastID:
		return 0, fmt.Errorf("%q: ids end at %d", word, uint64(lastID))
	}
	return id, nil
}
