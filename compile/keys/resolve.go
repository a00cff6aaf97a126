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
	LookupEnv func(string) (string, bool) // the caller's environment
	Findings  diag.List

	networks  int // how many sections lxc.network.type has started
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
	in := input{value: value, env: r.LookupEnv, positions: r.positions, origin: config.NewOrigin(key.String, whole, r.reading)}
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
		if known, isPrefix := asLXC1(name); !isLegacy && isPrefix && r.isLXC1() {
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
		if l.value != nil {
			in.value.String = l.value(in.value.String)
		}
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
	switch {
	case in.value.String == "":
		run = k.clear
	case r.isLXC1():
		r.numberOfLXC1(k, &in)
	}
	if r.Version < k.newSince && slices.Contains(k.newWords, in.value.String) {
		r.Findings = append(r.Findings, diag.Diagnostic{
			Code: "value/too-new", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: fmt.Sprintf("LXC %s does not know the %s %q", r.Version, k.language, in.value.String),
			Detail:  fmt.Sprintf("It came with LXC %s.", k.newSince),
			Subject: in.value.Range, Key: in.origin.Key, Trail: in.origin.Trail(),
		})
	}
	err := run(r.Config, in)
	if err == nil {
		return
	}
	severity, effect, language := diag.Error, diag.RejectedAtLoad, k.language
	switch {
	case k.lxc1 != "" && r.isLXC1() && !err.Kept:
		effect = k.lxc1
	case err.AtStart:
		effect = diag.FailsAtStart
	case err.Ignored:
		effect = diag.SilentlyDifferent
	case err.Kept:
		severity, effect = diag.Warning, diag.SilentlyDifferent
	}
	if err.Code != "" {
		language = err.Code
	}
	r.Findings = append(r.Findings, diag.Diagnostic{
		Code: "value/" + strings.ReplaceAll(language, " ", "-"), Severity: severity, Effect: effect,
		Summary: err.Summary, Detail: err.Detail, Subject: err.Range, Key: in.origin.Key, Trail: in.origin.Trail(),
	})
}

// checkVersion reports a key that the chosen LXC does not know yet, or no more.
func (r *Resolver) checkVersion(k *Key, key grammar.Text, trail []diag.Place) {
	f := diag.Diagnostic{Severity: diag.Error, Effect: diag.RejectedAtLoad, Subject: key.Range, Key: key.String, Trail: trail}
	if r.Version < k.Since && r.isLXC1() {
		if known, isPrefix := asLXC1(key.String); isPrefix {
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

// legacy reports a name of LXC 1 and 2 where it is not valid.
func (r *Resolver) legacy(l *Legacy, key grammar.Text, trail []diag.Place) {
	f := diag.Diagnostic{Severity: diag.Error, Effect: diag.RejectedAtLoad, Subject: key.Range, Key: key.String, Trail: trail}
	switch {
	case r.Version >= LegacyRemoved:
		f.Code = "key/legacy"
		f.Summary = fmt.Sprintf("LXC %s removed the old name %q", LegacyRemoved, key.String)
		f.Detail = l.Doc
		if l.Modern != "" {
			f.Detail = fmt.Sprintf("It is called %q now.", l.Modern)
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

// section resolves lxc.network.*: without an index a key belongs to the section
// that the last lxc.network.type has started; with one, to a section by number.
func (r *Resolver) section(key grammar.Text, in *input) (Match, bool) {
	rest := strings.TrimPrefix(strings.TrimPrefix(key.String, "lxc.network"), ".")
	index := r.networks - 1
	if digits, sub, ok := strings.Cut(rest, "."); ok {
		if n, isIndex := netIndex(digits); isIndex {
			index, rest = int(n), sub
		}
	}
	switch {
	case rest == "type" && in.value.String != "":
		index = r.networks // an index is ignored here: a type starts a section
		r.networks++
	case rest == "" || rest == "type":
		r.networks = 0
		rest = ""
	case index < 0 || index >= r.networks:
		r.Findings = append(r.Findings, diag.Diagnostic{
			Code: "net/no-section", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: fmt.Sprintf("%q belongs to no network", key.String),
			Detail:  "Write `lxc.network.type = …` before it: that line starts a network.",
			Subject: key.Range, Key: key.String, Trail: in.origin.Trail(),
		})
		return Match{}, false
	}
	modern := "lxc.net"
	if rest != "" {
		modern += "." + strconv.Itoa(index) + "." + modernNetwork(rest)
	}
	m, ok := Lookup(modern)
	if !ok {
		r.unknown(key, in.origin.Trail())
		return m, false
	}
	r.legacy(&Legacy{Name: key.String, Since: V1_0, Modern: modern}, key, in.origin.Trail())
	in.origin.Key = modern
	return m, true
}

// modernNetwork is the name today of a part of lxc.network.
func modernNetwork(part string) string {
	if part == "ipv4" || part == "ipv6" {
		return part + ".address"
	}
	return part
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
	if isSystemKey(key.String) {
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
		if indexed := "lxc.net.0." + sub; index().interfaces["."+sub] != nil {
			return indexed
		}
	}
	best, ok := diag.Suggest(lower, Names())
	if !ok {
		return ""
	}
	return strings.ReplaceAll(best, "[i]", "0")
}

// isSystemKey reports whether a key is one of LXC's system configuration.
func isSystemKey(key string) bool {
	switch key {
	case "lxc.lxcpath", "lxc.default_config", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root",
		"lxc.bdev.rbd.rbdpool", "lxc.bdev.rbd.rbduser", "lxc.cgroup.pattern", "lxc.cgroup.use":
		return true
	}
	return false
}
