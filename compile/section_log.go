package compile

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// compileLog makes no step: who starts the container opens the log, and an option may
// name another one. LXC makes the directories of a log, but not in the place of files.
func (c *compiler) compileLog() {
	line := c.config.Log.File.Origin
	refused := func(what, help string) {
		c.report(diag.Warning, diag.RejectedAtLoad, line, "log/cannot-open", what, help)
	}
	file, dir := logPaths(c.config)
	if file == "" {
		return
	}
	switch found := c.facts.Path(dir).Type; {
	case c.facts.Path(file).Type == plan.PathDirectory:
		refused(fmt.Sprintf("%q is a directory, and no log can be written to it", file), fmt.Sprintf("Name a file in it: `%s/%s.log`.", strings.TrimSuffix(file, "/"), c.options.Name))
	case found == plan.PathDirectory, found == plan.PathNothing, found == plan.PathHidden:
	default:
		refused(fmt.Sprintf("%q is no directory that could hold a log", dir), "Correct the path.")
	}
}

// logPaths are where LXC's log is to be, and the directory that holds it; empty for none
// and for what depends on where LXC runs.
func logPaths(config *config.Config) (file, dir string) {
	if name := config.Log.File.V; strings.HasPrefix(name, "/") {
		file = path.Clean(name)
		return file, path.Dir(file)
	}
	return "", ""
}
