package grammar

import "strings"

// Format returns a document in canonical layout: `key = value`, in Proxmox's
// dialect `key: value`, from the first column on, no blanks at the ends of lines,
// at most one blank line in a row and none at the ends of the file, LF behind every
// line. The order, quotes and lines that are no settings stay as they are. LXC
// reads the result as it reads the document; formatting it again changes nothing.
func Format(d *Document) string {
	var out strings.Builder
	out.Grow(len(d.File.Text))
	blank := false // a blank line waits for a line behind it
	for l := range d.Lines() {
		if l.Kind == LineBlank {
			blank = out.Len() > 0
			continue
		}
		if l.Kind == LineSection {
			blank = out.Len() > 0
		}
		if l.Kind == LineRest {
			if blank {
				out.WriteByte('\n')
			}
			out.WriteString(d.Content(l).String) // LXC does not read it, so nobody knows its layout
			return out.String()
		}
		if blank {
			out.WriteByte('\n')
			blank = false
		}
		d.formatLine(&out, l)
		out.WriteByte('\n')
	}
	return out.String()
}

// formatLine writes a line without its end.
func (d *Document) formatLine(out *strings.Builder, l *Line) {
	switch l.Kind {
	case LineComment:
		if d.Dialect == PVE {
			out.WriteString(d.Content(l).String) // a line of the description
			return
		}
		out.WriteString(trimmed(d.Content(l)).String)
	case LineSection:
		out.WriteString("[" + d.Key(l).String + "]")
	case LineAssign, LineOption:
		value := d.Value(l).String
		out.WriteString(d.Key(l).String)
		if d.Dialect == PVE {
			out.WriteByte(':')
		} else {
			out.WriteString(" =")
		}
		if l.Quote != 0 {
			value = string(l.Quote) + value + string(l.Quote)
		}
		if value != "" {
			out.WriteByte(' ')
			out.WriteString(value)
		}
	default:
		out.WriteString(d.Content(l).String)
	}
}
