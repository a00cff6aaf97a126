package lint

import (
	"slices"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/compile/rules"
	seccompiler "lxcfg/compile/seccomp"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/late"
	"lxcfg/grammar/seccomp"
)

// Codes returns the row of every code, sorted by code. Each stands beside what
// reports it; here they are only put together.
func Codes() []diag.Row { return codes.Get() }

var codes = late.Value[[]diag.Row]{Make: func() []diag.Row {
	all := slices.Concat(grammar.Codes(), seccomp.Codes(), keys.Codes(), rules.Codes(), seccompiler.Codes(), compile.Codes(), migrate.Codes(), ownCodes())
	slices.SortFunc(all, func(a, b diag.Row) int { return strings.Compare(a.Code, b.Code) })
	return all
}}

// LookupCode finds the row of a code, nil for none.
func LookupCode(code string) *diag.Row {
	i, ok := slices.BinarySearchFunc(codes.Get(), code, func(r diag.Row, code string) int { return strings.Compare(r.Code, code) })
	if !ok {
		return nil
	}
	return &codes.Get()[i]
}

// codeNames yields every code, for suggestions.
func codeNames(yield func(string) bool) {
	for i := range codes.Get() {
		if !yield(codes.Get()[i].Code) {
			return
		}
	}
}

// SuggestCode finds the code that a word was most likely meant to be, empty for
// none: the nearest one, or the one of another group with the same name.
func SuggestCode(word string) string {
	if best, ok := diag.Suggest(word, codeNames); ok {
		return best
	}
	_, name, _ := strings.Cut(word, "/")
	if name == "" {
		name = word
	}
	for code := range codeNames {
		if _, same, _ := strings.Cut(code, "/"); same == name {
			return code
		}
	}
	return ""
}

// suggestGroup finds the group of codes that the part of a pattern before the
// slash was most likely meant to be.
func suggestGroup(pattern string) (string, bool) {
	word, _, _ := strings.Cut(pattern, "/")
	return diag.Suggest(word, func(yield func(string) bool) {
		for code := range codeNames {
			if group, _, _ := strings.Cut(code, "/"); !yield(group) {
				return
			}
		}
	})
}

// ownCodes are about what was said to lint itself.
func ownCodes() []diag.Row {
	advice := []diag.Verdict{{Severity: diag.Warning, Effect: diag.Advice}}
	return []diag.Row{
		{
			Code: unusedSuppression, Verdicts: advice, Title: "a comment that suppresses nothing",
			Doc: "A comment `# lxcfg: ignore=CODE` stands where there is no such finding, or none any more. Left there, it would hide the next one.",
			Bad: "# lxcfg: ignore=key/unknown from an older template\nlxc.uts.name = web\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: unknownCode, Verdicts: advice, Title: "a comment about a code that does not exist",
			Doc:  "The code in a comment `# lxcfg: ignore=CODE` is none of lxcfg, so the comment suppresses nothing. `lxcfg explain` lists all codes.",
			Bad:  "# lxcfg: ignore=syntax/trailing-coment the # is meant\nlxc.uts.name = web\n",
			Good: "# lxcfg: ignore=syntax/trailing-comment the # is meant\nlxc.environment = COLOR=a #fff\n",
		},
		{
			Code: withoutReason, Verdicts: []diag.Verdict{diag.Hint}, Title: "a comment that suppresses without a reason",
			Doc:  "Whoever reads the file next cannot tell whether the finding is still meant to be suppressed. Write the reason behind the codes.",
			Bad:  "# lxcfg: ignore=syntax/trailing-comment\nlxc.environment = COLOR=a #fff\n",
			Good: "# lxcfg: ignore=syntax/trailing-comment the # is meant\nlxc.environment = COLOR=a #fff\n",
		},
		{
			Code: misplacedSuppression, Verdicts: advice, Title: "a comment for the whole file that comes too late",
			Doc:  "`# lxcfg: ignore-file=CODE` counts before the first setting only, where a reader looks for it. Further down it suppresses nothing.",
			Bad:  "lxc.environment = COLOR=a #fff\n# lxcfg: ignore-file=syntax/trailing-comment the # is meant\n",
			Good: "# lxcfg: ignore-file=syntax/trailing-comment the # is meant\nlxc.environment = COLOR=a #fff\n",
		},
		{
			Code: unreadableSuppression, Verdicts: advice, Title: "a comment for lxcfg that it does not understand",
			Doc:  "A comment that starts with `# lxcfg:` is `ignore=CODE` or `ignore-file=CODE`, several codes with commas between, and the reason.",
			Bad:  "# lxcfg: disable=syntax/trailing-comment the # is meant\nlxc.environment = COLOR=a #fff\n",
			Good: "# lxcfg: ignore=syntax/trailing-comment the # is meant\nlxc.environment = COLOR=a #fff\n",
		},
		{
			Code: staleBaseline, Verdicts: advice, Title: "an entry of the baseline without its finding",
			Doc:       "The finding that the entry stands for is gone, or its line reads otherwise now. `--write-baseline` writes the file anew.",
			NoExample: "It is about the file that --baseline names.",
		},
	}
}

// The codes of findings about what was said to lint itself.
const (
	unusedSuppression     = "lint/unused-suppression"
	unknownCode           = "lint/unknown-code"
	withoutReason         = "lint/suppression-without-reason"
	misplacedSuppression  = "lint/misplaced-suppression"
	unreadableSuppression = "lint/unreadable-suppression"
	staleBaseline         = "lint/stale-baseline"
)
