package rules

import "strings"

// beginHeredoc reads "<<", and the word that ends the text behind this line.
func (s *shellScanner) beginHeredoc() {
	s.skip(2)
	h := heredoc{tabs: s.peek() == '-'}
	if h.tabs {
		s.at++
	}
	s.skipBlanks()
	from := s.at
	for s.at < len(s.text) && strings.IndexByte(" \t\n;&|<>()", s.text[s.at]) < 0 {
		s.at++
	}
	h.end = strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(s.text[from:s.at])
	if h.end == "" || h.end[0] >= '0' && h.end[0] <= '9' {
		s.uses.unsure = true // a shift in arithmetic, perhaps
		return
	}
	s.heredocs = append(s.heredocs, h)
}

// skipHeredocs moves over the texts that begin here. What they read is not looked at:
// it may be a script of another language.
func (s *shellScanner) skipHeredocs() {
	for _, h := range s.heredocs {
		ended := false
		for s.at < len(s.text) && !ended {
			line, _, more := strings.Cut(s.text[s.at:], "\n")
			s.at += len(line)
			if more {
				s.at++
				s.line++
			}
			if h.tabs {
				line = strings.TrimLeft(line, "\t")
			}
			ended = line == h.end
			for _, name := range ofVersion1 {
				s.mentions[name] += strings.Count(line, name)
			}
		}
		s.uses.unsure = s.uses.unsure || !ended
	}
	s.heredocs = nil
}
