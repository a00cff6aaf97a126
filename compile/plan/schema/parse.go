package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"
)

// parsed is what the sources of a package say of its types.
type parsed struct {
	types map[string]declared
	words map[string][]string // the constants of each type of words, in their order
}

type declared struct {
	spec *ast.TypeSpec
	doc  string // the first sentence of its comment
}

// parse reads the sources of a package, tests left out.
func parse(sources fs.FS) (*parsed, error) {
	names, err := fs.Glob(sources, "*.go")
	if err != nil {
		return nil, err
	}
	p := &parsed{types: make(map[string]declared), words: make(map[string][]string)}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(sources, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read the types: %w", err)
		}
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok {
				p.declare(gen)
			}
		}
	}
	return p, nil
}

// declare collects the types and the constants of one declaration.
func (p *parsed) declare(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc.Text()
			if doc == "" {
				doc = decl.Doc.Text()
			}
			p.types[spec.Name.Name] = declared{spec, sentence(doc)}
		case *ast.ValueSpec:
			of, ok := spec.Type.(*ast.Ident)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, value := range spec.Values {
				if lit, ok := value.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if word, err := strconv.Unquote(lit.Value); err == nil {
						p.words[of.Name] = append(p.words[of.Name], word)
					}
				}
			}
		}
	}
}

// sentence gives the first paragraph of the first comment that says something, on
// one line.
func sentence(comments ...string) string {
	for _, c := range comments {
		first, _, _ := strings.Cut(strings.TrimSpace(c), "\n\n")
		if words := strings.Join(strings.Fields(first), " "); words != "" {
			return words
		}
	}
	return ""
}
