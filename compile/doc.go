// Package compile turns configuration text into a launch plan, in two steps.
//
// Load reads a file with everything it includes and resolves it into a
// config.Config. Compile turns that, together with what is known of the host,
// into a plan.Plan. Both are pure: no clock, no system call, no look at the
// machine they run on. What they need of it is handed in, so the same input
// gives the same plan everywhere.
package compile
