package main

import (
	"os"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
)

// page is what there is to know of one command, for manual pages and completions.
type page struct {
	command
	options options
}

// pages collects the commands with their options. Each knows its own and asks with
// them whether its page is wanted: that is where they are taken.
func pages() ([]page, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	var all []page
	for _, c := range commands() {
		p := page{command: c}
		a := &app{stdin: null, stdout: null, stderr: null, describe: func(os options) { p.options = os }}
		c.run(a, c, []string{"--help"})
		all = append(all, p)
	}
	return all, nil
}

// argument is what an option's argument, or a word of a command, is.
type argument uint8

// The kinds of arguments.
const (
	anything argument = iota
	aFile
	aDirectory
	aContainer
	aCode
	aKey
	aTopic // a code or a key
	aVersion
	aCommand
	aChoice // of the words of the placeholder
)

// argumentOf tells by a placeholder what an argument is: "FILE", "V" or
// "text|json". The choices are those words of it that stand for themselves.
func argumentOf(placeholder string) (kind argument, choices []string) {
	for word := range strings.SplitSeq(placeholder, "|") {
		if word != "" && word == strings.ToLower(word) {
			choices = append(choices, word)
		}
	}
	switch first, _, _ := strings.Cut(placeholder, "|"); {
	case first == "FILE":
		return aFile, choices
	case first == "DIR":
		return aDirectory, nil
	case first == "NAME":
		return aContainer, nil
	case first == "V":
		return aVersion, nil
	case first == "CODES":
		return aCode, nil
	case first == "KEY=VALUE":
		return aKey, nil
	case choices != nil:
		return aChoice, choices
	}
	return anything, nil
}

// words is what the words of a command are, by its usage.
func (p *page) words() (kind argument, choices []string) {
	for part := range strings.FieldsSeq(p.usage) {
		switch part = strings.Trim(part, "[]…"); part {
		case "CODE|KEY":
			return aTopic, nil
		case "COMMAND":
			return aCommand, nil
		case "NAME":
			return aContainer, nil
		case "PATH", "PATH…|-", "A":
			return aFile, nil
		default:
			if kind, choices := argumentOf(part); kind == aChoice && strings.Contains(part, "|") {
				return aChoice, choices
			}
		}
	}
	return anything, nil
}

// listed are the words of a kind that do not depend on the machine.
func (k argument) listed(choices []string, all []page) []string {
	var words []string
	if k == aCode || k == aTopic {
		for _, row := range lint.Codes() {
			words = append(words, row.Code)
		}
	}
	if k == aKey || k == aTopic {
		for name := range keys.Names() {
			if !strings.Contains(name, "[") {
				words = append(words, name)
			}
		}
	}
	switch k {
	case aVersion:
		for _, v := range keys.Versions() {
			words = append(words, v.String())
		}
		words = append(words, "host")
	case aCommand:
		for _, p := range all {
			words = append(words, p.name)
		}
	}
	return append(words, choices...)
}
