package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lxcfg/grammar/diag"
)

// shells are those that completions are written for.
var shells = []struct {
	name  string
	write func(io.Writer, []page)
}{
	{"bash", bashCompletion},
	{"zsh", zshCompletion},
	{"fish", fishCompletion},
}

func completionCommand() command {
	return command{
		name: "completion", usage: "bash|zsh|fish", summary: "print the completion script of a shell", run: runCompletion,
		detail: "For the running shell: `source <(lxcfg completion bash)`, `source <(lxcfg completion zsh)`, `lxcfg completion fish | source`. " +
			"For good it goes where the shell looks for such scripts, such as /usr/share/bash-completion/completions/lxcfg, " +
			"/usr/share/zsh/site-functions/_lxcfg and ~/.config/fish/completions/lxcfg.fish.",
	}
}

func runCompletion(a *app, c command, args []string) int {
	var opts options
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	if words = append(words, rest...); err == nil && len(words) != 1 {
		err = errors.New("one shell is to be named")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	for _, shell := range shells {
		if shell.name != words[0] {
			continue
		}
		all, err := pages()
		if err != nil {
			a.error(err)
			return exitUsage
		}
		return a.answer("text", nil, func(w io.Writer) { shell.write(w, all) })
	}
	names := make([]string, 0, len(shells))
	for _, shell := range shells {
		names = append(names, shell.name)
	}
	hint := "There are completions for " + strings.Join(names, ", ") + "."
	if best, ok := diag.Suggest(words[0], slices.Values(names)); ok {
		hint = fmt.Sprintf("Did you mean `lxcfg completion %s`?", best)
	}
	a.errorWithHint(fmt.Sprintf("there is no completion for %q", words[0]), hint)
	return exitUsage
}

// written is the notice at the head of every script.
const written = "written by `lxcfg completion`"

// bashCompletion writes a function that needs nothing but bash. Bash takes = for a
// word of its own, so an option's argument may stand behind one.
func bashCompletion(w io.Writer, all []page) {
	fmt.Fprintf(w, "# bash completion of lxcfg, %s\n\n", written)
	fmt.Fprint(w, `_lxcfg() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
	COMPREPLY=()
	if [ "$current" = "=" ]; then
		current=
	elif [ "$before" = "=" ]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	if [ "$COMP_CWORD" = 1 ]; then
`)
	fmt.Fprintf(w, "\t\tmapfile -t COMPREPLY < <(compgen -W %s -- \"$current\")\n\t\treturn\n\tfi\n", quoteShell(aCommand.listed([]string{"help"}, all)))
	fmt.Fprint(w, "\tcase $command in\n")
	for _, p := range append(all, page{command: command{name: "help", usage: "COMMAND"}}) {
		fmt.Fprintf(w, "\t%s)\n\t\tcase $before in\n", p.name)
		var names []string
		for _, o := range p.options {
			names = append(names, "--"+o.long)
			if !o.needsArgument() {
				continue
			}
			pattern := "--" + o.long
			if o.short != "" {
				pattern += "|-" + o.short
			}
			kind, choices := argumentOf(o.arg)
			fmt.Fprintf(w, "\t\t%s) %s; return ;;\n", pattern, kind.bash(choices, all))
		}
		fmt.Fprint(w, "\t\tesac\n\t\tcase $current in\n")
		fmt.Fprintf(w, "\t\t-*) mapfile -t COMPREPLY < <(compgen -W %s -- \"$current\") ;;\n", quoteShell(append(names, "--help")))
		kind, choices := p.words()
		fmt.Fprintf(w, "\t\t*) %s ;;\n\t\tesac ;;\n", kind.bash(choices, all))
	}
	fmt.Fprint(w, "\tesac\n}\ncomplete -o filenames -o bashdefault -F _lxcfg lxcfg\n")
}

// bash is the command that completes an argument.
func (k argument) bash(choices []string, all []page) string {
	words := k.listed(choices, all)
	list := fmt.Sprintf("mapfile -t COMPREPLY < <(compgen -W %s -- \"$current\")", quoteShell(words))
	switch k {
	case anything:
		return ":"
	case aDirectory:
		return `mapfile -t COMPREPLY < <(compgen -d -- "$current")`
	case aFile:
		return fmt.Sprintf(`mapfile -t COMPREPLY < <(compgen -f -W %s -- "$current")`, quoteShell(words))
	case aContainer:
		return `mapfile -t COMPREPLY < <(compgen -f -W "$(command ls -1 /var/lib/lxc ~/.local/share/lxc 2>/dev/null)" -- "$current")`
	}
	return list
}

// zshCompletion writes a function for zsh's completion system.
func zshCompletion(w io.Writer, all []page) {
	fmt.Fprintf(w, "#compdef lxcfg\n# zsh completion of lxcfg, %s\n\n_lxcfg() {\n\tlocal -a commands\n\tcommands=(\n", written)
	for _, p := range all {
		fmt.Fprintf(w, "\t\t%s\n", quoteShell([]string{p.name + ":" + p.summary}))
	}
	fmt.Fprint(w, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n")
	for _, p := range all {
		fmt.Fprintf(w, "\t%s)\n\t\t_arguments -s", p.name)
		for _, o := range p.options {
			doc := "[" + strings.NewReplacer("[", "(", "]", ")", ":", "\\:").Replace(o.help) + "]"
			argument := ""
			if o.needsArgument() {
				kind, choices := argumentOf(o.arg)
				argument = ":" + strings.ToLower(strings.NewReplacer("|", " or ", ":", "").Replace(o.arg)) + ":" + kind.zsh(choices, all)
			}
			long := "--" + o.long
			if o.needsArgument() {
				long += "="
			}
			fmt.Fprintf(w, " \\\n\t\t\t%s", quoteShell([]string{long + doc + argument}))
			if o.short != "" {
				fmt.Fprintf(w, " \\\n\t\t\t%s", quoteShell([]string{"-" + o.short + doc + argument}))
			}
		}
		if kind, choices := p.words(); kind != anything {
			fmt.Fprintf(w, " \\\n\t\t\t%s", quoteShell([]string{"*:word:" + kind.zsh(choices, all)}))
		}
		fmt.Fprint(w, " ;;\n")
	}
	fmt.Fprint(w, "\tesac\n}\n\nif [[ $funcstack[1] == _lxcfg ]]; then\n\t_lxcfg \"$@\"\nelse\n\tcompdef _lxcfg lxcfg\nfi\n")
}

// zsh is the action that completes an argument.
func (k argument) zsh(choices []string, all []page) string {
	switch k {
	case anything:
		return " "
	case aDirectory:
		return "_files -/"
	case aFile:
		return "_files"
	case aContainer:
		return "_files -W '(/var/lib/lxc ~/.local/share/lxc .)'"
	}
	return "(" + strings.Join(k.listed(choices, all), " ") + ")"
}

// fishCompletion writes a line for each option.
func fishCompletion(w io.Writer, all []page) {
	fmt.Fprintf(w, "# fish completion of lxcfg, %s\n\n", written)
	fmt.Fprint(w, "complete -c lxcfg -f\n")
	for _, p := range all {
		fmt.Fprintf(w, "complete -c lxcfg -n __fish_use_subcommand -a %s -d %s\n", p.name, quoteShell([]string{p.summary}))
	}
	for _, p := range all {
		here := fmt.Sprintf("complete -c lxcfg -n '__fish_seen_subcommand_from %s'", p.name)
		if kind, choices := p.words(); kind != anything {
			fmt.Fprintf(w, "%s%s\n", here, kind.fish(choices, all))
		}
		for _, o := range p.options {
			fmt.Fprintf(w, "%s -l %s", here, o.long)
			if o.short != "" {
				fmt.Fprintf(w, " -s %s", o.short)
			}
			if o.needsArgument() {
				kind, choices := argumentOf(o.arg)
				fmt.Fprintf(w, " -r%s", kind.fish(choices, all))
			}
			fmt.Fprintf(w, " -d %s\n", quoteShell([]string{o.help}))
		}
	}
}

// fish is the arguments that complete an argument.
func (k argument) fish(choices []string, all []page) string {
	words := k.listed(choices, all)
	switch k {
	case anything:
		return ""
	case aFile:
		if len(words) > 0 {
			return " -F -a " + quoteShell(words)
		}
		return " -F"
	case aDirectory:
		return " -a '(__fish_complete_directories)'"
	case aContainer:
		return " -F -a '(command ls -1 /var/lib/lxc ~/.local/share/lxc 2>/dev/null)'"
	}
	return " -a " + quoteShell(words)
}

// quoteShell quotes words, with blanks between, as one of every shell.
func quoteShell(words []string) string {
	return "'" + strings.ReplaceAll(strings.Join(words, " "), "'", `'\''`) + "'"
}
