package compile

import (
	"fmt"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// proxmox resolves what Proxmox hands on to LXC of one of its files: the lxc.* lines
// above the first section. Sections hold what snapshots and the next start are like.
func (l *loader) proxmox(doc *grammar.Document) {
	l.loaded.Config.Proxmox = true
	first := make(map[string]grammar.Text)
	inSection := false
	for line := range doc.Lines() {
		switch key, value := doc.Setting(line); {
		case line.Kind == grammar.LineSection:
			inSection = true
		case inSection:
		case line.Kind == grammar.LineOption:
			l.proxmoxOption(key, first)
			if key.String == "unprivileged" {
				l.loaded.Config.Unprivileged = value.String == "1"
			}
		case line.Kind == grammar.LineAssign:
			l.proxmoxSetting(key, value)
		}
	}
}

// proxmoxOption checks one of Proxmox's own keys.
func (l *loader) proxmoxOption(key grammar.Text, first map[string]grammar.Text) {
	f := diag.Diagnostic{Severity: diag.Warning, Effect: diag.SilentlyDifferent, Subject: key.Range, Key: key.String}
	if !keys.IsProxmoxOption(key.String) {
		f.Code = "pve/unknown-option"
		f.Summary = fmt.Sprintf("%q is no option of Proxmox", key.String)
		f.Detail = "Proxmox warns and passes over the line."
		if best, ok := diag.Suggest(key.String, keys.ProxmoxOptions); ok {
			f.Detail += fmt.Sprintf(" Did you mean %q?", best)
			f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", best), Edits: []diag.Edit{{Range: key.Range, Text: best}}}}
		}
		l.findings.Add(f)
		return
	}
	above, again := first[key.String]
	first[key.String] = key
	if again && key.String != "description" {
		f.Code = "pve/repeated-option"
		f.Summary = fmt.Sprintf("%q is set twice, and the last line counts", key.String)
		f.Detail = "Remove one of the lines."
		f.Related = []diag.Related{{Range: above.Range, Summary: "this line does not count"}}
		l.findings.Add(f)
	}
}

// proxmoxSetting resolves a line that Proxmox hands on.
func (l *loader) proxmoxSetting(key, value grammar.Text) {
	if instead, passes := keys.PassesProxmox(key.String); !passes {
		l.findings.Add(diag.Diagnostic{
			Code: "pve/refused-key", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Summary: fmt.Sprintf("Proxmox does not hand %q on to LXC", key.String), Detail: instead, Subject: key.Range, Key: key.String,
		})
		return
	}
	if key.String == keys.Include && value.String != "" {
		l.include(value, nil)
		return
	}
	l.set(key, value, nil)
}
