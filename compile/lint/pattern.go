package lint

import (
	"fmt"
	"path"
	"strings"
)

// Patterns are codes, and words such as `mount/*` that stand for several.
type Patterns []string

// ParsePatterns reads codes with commas between. Each has to be a code of lxcfg, or
// to stand for at least one.
func ParsePatterns(text string) (Patterns, error) {
	var list Patterns
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if err := checkPattern(word); err != nil {
			return nil, err
		}
		list = append(list, word)
	}
	return list, nil
}

// checkPattern says what is wrong with a pattern, and what it was meant to be.
func checkPattern(word string) error {
	if word == "" {
		return fmt.Errorf("a code is missing")
	}
	if !strings.ContainsAny(word, "*?[") {
		if LookupCode(word) != nil {
			return nil
		}
		return fmt.Errorf("there is no code %q%s", word, didYouMean(word))
	}
	if _, err := path.Match(word, ""); err != nil {
		return fmt.Errorf("%q is no pattern of codes: a bracket is not closed", word)
	}
	for code := range codeNames {
		if matches(word, code) {
			return nil
		}
	}
	return fmt.Errorf("no code is like %q%s", word, didYouMeanGroup(word))
}

func didYouMean(word string) string {
	if best := SuggestCode(word); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; `lxcfg explain` lists them all"
}

func didYouMeanGroup(word string) string {
	if best, ok := suggestGroup(word); ok {
		return fmt.Sprintf("; did you mean %q?", best+"/*")
	}
	return "; `lxcfg explain` lists them all"
}

// matches reports whether a pattern stands for a code. A lone * stands for all.
func matches(pattern, code string) bool {
	if pattern == code || pattern == "*" {
		return true
	}
	ok, err := path.Match(pattern, code)
	return ok && err == nil
}

// Match reports whether one of the patterns stands for a code.
func (p Patterns) Match(code string) bool {
	for _, pattern := range p {
		if matches(pattern, code) {
			return true
		}
	}
	return false
}
