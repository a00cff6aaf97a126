// Package migrate rewrites configurations for a newer LXC: old names become those
// of today, values that meant something else are written so that they mean the
// same, and limits of cgroup v1 become those of v2.
//
// It changes keys and values where they stand. Comments, blank lines, blanks, the
// order and the ends of lines stay as they are. A line that the newer LXC has
// nothing for becomes a comment; nothing is taken out. What the text alone cannot
// decide is listed for a person.
package migrate
