package compile

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// compileLog makes no step: the log is that of LXC's own tools. That they cannot open
// it they say nowhere, so it is told here.
func (c *compiler) compileLog() {
	file := c.config.Log.File
	if dir := logDirectory(c.config); dir != "" && c.facts.Path(dir).Type == plan.PathNothing {
		c.report(diag.Warning, diag.SilentlyDifferent, file.Origin, "log/no-directory", fmt.Sprintf("there is no directory %q: LXC writes no log", dir),
			fmt.Sprintf("Make it, `mkdir -p %s`, or correct the path.", dir))
	}
}

// logDirectory is where LXC's log is to be, empty for none and for what depends on
// where LXC runs.
func logDirectory(config *config.Config) string {
	if file := config.Log.File.V; strings.HasPrefix(file, "/") {
		return path.Dir(path.Clean(file))
	}
	return ""
}
