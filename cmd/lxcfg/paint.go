package main

// paint colours text, or does not.
type paint bool

func (p paint) with(code, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// What the colours stand for, in every command that prints plans.
func (p paint) bold(text string) string { return p.with("1", text) }
func (p paint) dim(text string) string  { return p.with("2", text) }
func (p paint) verb(text string) string { return p.with("36", text) }
func (p paint) call(text string) string { return p.with("34", text) }
func (p paint) good(text string) string { return p.with("32", text) }
func (p paint) bad(text string) string  { return p.with("31", text) }
func (p paint) warn(text string) string { return p.with("33", text) }
