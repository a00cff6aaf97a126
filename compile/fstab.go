package compile

import (
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// fstabKey is the key that names a file of mount entries.
const fstabKey = "lxc.mount.fstab"

// fstab reads the file lxc.mount.fstab names, whose entries stand before those of
// lxc.mount.entry. One that cannot be read is not reported here: it may be there
// when the container starts.
func (l *loader) fstab() {
	setting := l.loaded.Config.Mount.Fstab
	if setting.V == "" || l.request.Files == nil {
		return
	}
	text, err := l.request.Files.ReadFile(setting.V)
	if err != nil {
		return
	}
	file := source.File{Name: setting.V, Text: text}
	l.loaded.Fstab = &file
	l.loaded.Config.Sources = append(l.loaded.Config.Sources, file)
	in := &config.Reading{File: file.Name, Trail: append(slices.Clip(setting.Origin.Trail()), setting.Origin.Place())}
	entries, findings := grammar.ParseFstab(file)
	for _, f := range findings {
		f.Key, f.Trail = fstabKey, in.Trail
		l.findings.Add(f)
	}
	for _, e := range entries {
		origin := config.NewOrigin(fstabKey, e.Line.Range, in)
		l.loaded.Config.Mount.FstabEntries = append(l.loaded.Config.Mount.FstabEntries, config.Of(e.Entry, origin))
	}
}
