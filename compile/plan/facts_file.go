package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// wireFacts is a file of facts.
type wireFacts struct {
	Format int    `json:"format"`
	Lxcfg  string `json:"lxcfg"`
	Facts  Facts  `json:"facts"`
}

// JSON returns the facts as the text of a file: the same facts give the same
// bytes on every machine.
func (f Facts) JSON() ([]byte, error) {
	return indented(wireFacts{Format: Format, Lxcfg: Version, Facts: f})
}

// ReadFacts reads a file of facts. Whoever writes one by hand learns the place of
// what is unknown, missing or of the wrong kind: a fact that was taken for
// another gives the plan of a host that nobody has.
func ReadFacts(data []byte) (Facts, error) {
	if err := checkHead(data, "file of facts", "lxcfg facts -o"); err != nil {
		return Facts{}, err
	}
	if err := checkShape(data, reflect.TypeFor[wireFacts]()); err != nil {
		return Facts{}, err
	}
	var wire wireFacts
	if err := decodeStrict(data, &wire); err != nil {
		return Facts{}, err
	}
	return wire.Facts, nil
}

// checkHead refuses, each in a sentence, what is no file of lxcfg, one that breaks
// off, and one of another format.
func checkHead(data []byte, what, made string) error {
	var head struct {
		Format *int   `json:"format"`
		Lxcfg  string `json:"lxcfg"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&head)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the %s is cut short: it ends in the middle, after %d bytes", what, len(data))
	case err != nil && !bytes.HasPrefix(data, []byte("{")), err == nil && head.Format == nil:
		return fmt.Errorf("this is no %s: it does not start as the output of `%s` does", what, made)
	case err != nil:
		return fmt.Errorf("the %s is damaged: %w", what, checkShape(data, reflect.TypeFor[json.RawMessage]()))
	case *head.Format != Format:
		return fmt.Errorf("the %s is of format %d (written by lxcfg %q) and this lxcfg reads format %d: make it again with `%s`",
			what, *head.Format, head.Lxcfg, Format, made)
	}
	return nil
}
