//go:build !linux || elsewhere

package main

import "errors"

// There are no containers here to speak to.
func (a *app) noContainers(c command, args []string) int {
	if a.wantsHelp(c, nil, args) {
		return exitOK
	}
	a.error(errors.New("containers run on Linux only"))
	return exitUsage
}

func runInfo(a *app, c command, args []string) int     { return a.noContainers(c, args) }
func runList(a *app, c command, args []string) int     { return a.noContainers(c, args) }
func runWait(a *app, c command, args []string) int     { return a.noContainers(c, args) }
func runConsole(a *app, c command, args []string) int  { return a.noContainers(c, args) }
func runAttach(a *app, c command, args []string) int   { return a.noContainers(c, args) }
func runStop(a *app, c command, args []string) int     { return a.noContainers(c, args) }
func runFreeze(a *app, c command, args []string) int   { return a.noContainers(c, args) }
func runUnfreeze(a *app, c command, args []string) int { return a.noContainers(c, args) }
