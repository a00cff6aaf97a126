package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// Include is the name of the key that reads another file.
const Include = "lxc.include"

// includeKeys is the section on configuration files. The loader carries the key
// out; what it brings stands where the line does.
func includeKeys() []Key {
	return []Key{{
		Name: Include, Since: V1_0, Launch: NoSteps("what it brings is part of the configuration"),
		Doc:     "Reads another file here, or all *.conf files of a directory.",
		Example: "lxc.include = /usr/share/lxc/config/common.conf",
		field: &field{
			language: grammar.Path.Name, syntax: grammar.Path.Syntax, repeat: Acts,
			set:   func(*config.Config, input) *grammar.ValueError { return nil },
			clear: func(*config.Config, input) *grammar.ValueError { return nil },
			show:  func(*config.Config, func(string, string, config.Origin)) {},
		},
	}}
}
