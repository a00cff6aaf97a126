package keys

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// Resolver puts settings into a Config, one after the other, and says what the
// LXC of a version would make of them. The Config is filled whatever that LXC
// says: lxcfg launches every dialect.
type Resolver struct {
	Config    *config.Config
	Version   Version                     // the LXC to judge by
	Stated    bool                        // the user has named the version
	LookupEnv func(string) (string, bool) // the caller's environment, nil when it is not known
	Findings  diag.List

	sections  []uint32 // the interfaces that lxc.network.type has started, in order
	positions positions
	reading   *config.Reading // the file of the last setting
}

// Set resolves one setting. The trail is the include lines that led to it.
func (r *Resolver) Set(key, value grammar.Text, trail []diag.Place) {
	whole := key.Range
	whole.End = value.Range.End
	if r.positions == nil {
		r.positions = make(positions)
	}
	if !r.reading.Is(key.Range.File, trail) {
		r.reading = &config.Reading{File: key.Range.File, Trail: trail}
	}
	in := input{value: value, text: value.String, env: r.LookupEnv, version: r.Version, positions: r.positions, origin: config.NewOrigin(key.String, whole, r.reading)}
	m, ok := Lookup(key.String)
	switch {
	case ok:
		r.checkVersion(m.Key, key, trail)
	case strings.HasPrefix(key.String, "lxc.network"):
		if m, ok = r.section(key, &in); !ok {
			return
		}
	default:
		name := key.String
		l, isLegacy := LookupLegacy(name)
		if known, isPrefix := TakenFor(name); !isLegacy && isPrefix && r.isLXC1() {
			r.takenFor(known, key, trail)
			key.String = known
			r.Set(key, value, trail)
			return
		}
		if !isLegacy {
			r.unknown(key, trail)
			return
		}
		r.legacy(l, key, trail)
		if m, ok = Lookup(l.Modern); !ok {
			return
		}
		in.origin.Key = l.Modern
		in.value.String = l.Value(in.value.String)
	}
	in.part, in.index = m.Part, m.Index
	if sub, ok := strings.CutPrefix(m.Key.Name, "lxc.net.[i]"); ok {
		in.origin.Key = "lxc.net." + strconv.FormatUint(uint64(m.Index), 10) + sub // "lxc.net.00.type" is written in full
	}
	r.apply(m.Key, in)
}

// apply runs the row.
func (r *Resolver) apply(k *Key, in input) {
	run := k.set
	if in.value.String == "" {
		run = k.clear
	} else {
		r.asRead(k, &in)
	}
	if r.Version < k.newSince && slices.Contains(k.newWords, in.value.String) {
		r.Findings = append(r.Findings, diag.Diagnostic{
			Code: "value/too-new", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: fmt.Sprintf("LXC %s does not know the %s %q", r.Version, k.language, in.value.String),
			Detail:  fmt.Sprintf("It came with LXC %s.", k.newSince),
			Subject: in.value.Range, Key: in.origin.Key, Trail: in.origin.Trail(),
		})
	}
	above := r.above(k, in)
	err := run(r.Config, in)
	r.again(k, in, above)
	if err == nil {
		return
	}
	if in.value.String != in.text {
		err.Range = in.value.Range // the places are those of another text
	}
	severity, effect, language := diag.Error, diag.RejectedAtLoad, k.language
	switch {
	case k.lxc1 != "" && r.isLXC1() && !err.Kept:
		effect = k.lxc1
	case err.AtStart:
		effect = diag.FailsAtStart
	case err.Ignored:
		effect = diag.SilentlyDifferent
	case err.Perhaps:
		severity = diag.Warning
	case err.Hint:
		severity, effect = diag.Info, diag.Advice
	case err.Kept:
		severity, effect = diag.Warning, diag.SilentlyDifferent
	}
	if err.Code != "" {
		language = err.Code
	}
	r.Findings = append(r.Findings, diag.Diagnostic{
		Code: valueCode(language), Severity: severity, Effect: effect,
		Summary: err.Summary, Detail: err.Detail, Subject: err.Range, Key: in.origin.Key, Trail: in.origin.Trail(), Related: err.Related, Fixes: err.Fixes,
	})
}

// checkVersion reports a key that the chosen LXC does not know yet, or no more.
func (r *Resolver) checkVersion(k *Key, key grammar.Text, trail []diag.Place) {
	f := diag.Diagnostic{Severity: diag.Error, Effect: diag.RejectedAtLoad, Subject: key.Range, Key: key.String, Trail: trail}
	if r.Version < k.Since && r.isLXC1() {
		if known, isPrefix := TakenFor(key.String); isPrefix {
			r.takenFor(known, key, trail)
			return
		}
	}
	switch {
	case r.Version < k.Since:
		f.Code = "key/too-new"
		f.Summary = fmt.Sprintf("LXC %s does not know %q", r.Version, key.String)
		f.Detail = fmt.Sprintf("The key came with LXC %s.", k.Since)
	case k.Removed != 0 && r.Version >= k.Removed:
		f.Code = "key/removed"
		f.Summary = fmt.Sprintf("LXC %s removed %q", k.Removed, key.String)
		f.Detail = fmt.Sprintf("LXC up to %s takes it.", k.Removed-1)
		if strings.HasPrefix(k.Name, "lxc.cgroup") {
			f.Detail += " Write the lxc.cgroup2 key for it, or say `--lxc-version " + (k.Removed - 1).String() + "` when that is the LXC you run."
		}
		if !r.Stated && k.Removed == Newest {
			// The version is a guess; nobody's check may fail because of a guess.
			f.Severity = diag.Warning
		}
	default:
		return
	}
	r.Findings = append(r.Findings, f)
}

// LegacyCode is the code of a finding about a name that LXC 3.0 removed.
const LegacyCode = "key/legacy"

// legacy reports a name of LXC 1 and 2 where it is not valid.
func (r *Resolver) legacy(l Legacy, key grammar.Text, trail []diag.Place) {
	f := diag.Diagnostic{Severity: diag.Error, Effect: diag.RejectedAtLoad, Subject: key.Range, Key: key.String, Trail: trail}
	switch {
	case r.Version >= LegacyRemoved:
		f.Code = LegacyCode
		f.Summary = fmt.Sprintf("LXC %s removed the old name %q", LegacyRemoved, key.String)
		f.Detail = l.Doc
		if l.Modern != "" {
			f.Detail = fmt.Sprintf("It is called %q now. `lxcfg migrate` rewrites the file.", l.Modern)
			f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", l.Modern), Safe: l.value == nil, Edits: []diag.Edit{{Range: key.Range, Text: l.Modern}}}}
		}
	case r.Version < l.Since:
		f.Code = "key/too-new"
		f.Summary = fmt.Sprintf("LXC %s does not know %q", r.Version, key.String)
		f.Detail = fmt.Sprintf("The key came with LXC %s.", l.Since)
	default:
		return
	}
	r.Findings = append(r.Findings, f)
}

// unknown reports a key that no LXC knows, with the most likely meaning.
func (r *Resolver) unknown(key grammar.Text, trail []diag.Place) {
	f := diag.Diagnostic{
		Code: "key/unknown", Severity: diag.Error, Effect: diag.RejectedAtLoad,
		Summary: fmt.Sprintf("%q is no key of LXC", key.String),
		Detail:  "`lxcfg keys` lists all keys.",
		Subject: key.Range, Key: key.String, Trail: trail,
	}
	if better := suggestion(key.String); better != "" {
		f.Detail = fmt.Sprintf("Did you mean %q?", better)
		f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", better), Edits: []diag.Edit{{Range: key.Range, Text: better}}}}
	}
	if _, ok := LookupSystem(key.String); ok {
		f.Detail = "The key belongs into /etc/lxc/lxc.conf (lxc.system.conf(5)), not into a container's file."
		f.Fixes = nil
	}
	r.Findings = append(r.Findings, f)
}

// suggestion finds the key that a wrong one was meant to be, empty for none.
func suggestion(key string) string {
	lower := strings.ToLower(key)
	if _, ok := Lookup(lower); ok {
		return lower
	}
	// "lxc.net.type" lacks the index of the interface.
	if sub, ok := strings.CutPrefix(lower, "lxc.net."); ok {
		if indexed := "lxc.net.0." + sub; index.Get().interfaces["."+sub] != nil {
			return indexed
		}
	}
	best, ok := diag.Suggest(lower, Names())
	if !ok {
		return ""
	}
	return strings.ReplaceAll(best, "[i]", "0")
}
