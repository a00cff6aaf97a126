package rules

import (
	"fmt"
	"strings"
)

// dialect is how a language other than the shell's writes arguments and variables.
type dialect struct {
	interpreters []string // what their names begin with
	argument     string   // the first of its kind, %d its number
	from         int      // the number of the first
	variables    []string // %s is the name
	unsure       []string // with one of these it can do without
}

// dialects are the languages that hooks are written in beside the shell's.
var dialects = [...]dialect{
	{
		interpreters: []string{"python"}, argument: "sys.argv[%d]", from: 1, variables: []string{`os.environ["%s"]`, `os.environ['%s']`},
		unsure: []string{"len(sys.argv)", "sys.argv[1:]", "= sys.argv\n", "argparse", "optparse", "getopt", "IndexError", "KeyError", "except:", "import argv", "click"},
	},
	{
		interpreters: []string{"perl"}, argument: "$ARGV[%d]", from: 0, variables: []string{"$ENV{%s}", `$ENV{"%s"}`, "$ENV{'%s'}"},
		unsure: []string{"@ARGV", "$#ARGV", "Getopt", "shift", "//", "defined", "exists"},
	},
}

// dialectOf finds the language of an interpreter.
func dialectOf(interpreter string) (dialect, bool) {
	for _, d := range dialects {
		for _, name := range d.interpreters {
			if rest, ok := strings.CutPrefix(interpreter, name); ok && strings.Trim(rest, "0123456789.") == "" {
				return d, true
			}
		}
	}
	return dialect{}, false
}

// uses looks for what the language writes, line by line.
func (d dialect) uses(text string) (uses scriptUses) {
	for _, word := range d.unsure {
		uses.unsure = uses.unsure || strings.Contains(text, word)
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if stem, _, _ := strings.Cut(d.argument, "%"); strings.Contains(line, stem) {
			uses.arguments = append(uses.arguments, d.argumentsIn(line, number)...)
		}
		for _, name := range ofVersion1 {
			mentioned := strings.Count(line, name)
			if mentioned == 0 {
				continue
			}
			read := 0
			for _, form := range d.variables {
				read += strings.Count(line, fmt.Sprintf(form, name))
			}
			if read > 0 {
				uses.variables = append(uses.variables, scriptUse{name, 0, number})
			}
			uses.unsure = uses.unsure || mentioned > read
		}
	}
	return uses
}

// argumentsIn are those that a line reads.
func (d dialect) argumentsIn(line string, number int) (found []scriptUse) {
	for n := 1; n <= 9; n++ {
		if use := fmt.Sprintf(d.argument, d.from+n-1); strings.Contains(line, use) {
			found = append(found, scriptUse{use, n, number})
		}
	}
	return found
}
