// Package archtest reads the module's source and finds what breaks the architecture: cores that do something instead of
// deciding (a goroutine, a lock, a clock), and imports that point the wrong way. Nothing but its own test imports it; that
// test fails the build where Check finds anything.
//
// It sees syntax, not types: a range over a channel that another package declared, or over a map, passes.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Violation is one breach of a rule.
type Violation struct {
	// File is the path inside the module, Line counts from 1.
	File string
	Line int
	// Rule says what is wrong.
	Rule string
}

// String writes the violation the way compilers do.
func (v Violation) String() string { return fmt.Sprintf("%s:%d: %s", v.File, v.Line, v.Rule) }

// Check reads every Go file under the root of the module of that name, whatever its build tags, and returns all
// violations in order of files and lines. Tests may do what cores may not, and are not read; nor is testdata.
func Check(root fs.FS, module string) ([]Violation, error) {
	var found []Violation
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base == "testdata" || base == "vendor" || base != "." && strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		violations, err := checkFile(root, module, name)
		found = append(found, violations...)
		return err
	})
	return found, err
}

// file is one source file under examination.
type file struct {
	module, name, pkg string
	fset              *token.FileSet
	// locals maps the names under which packages are imported to their paths.
	locals map[string]string
	found  []Violation
}

func checkFile(root fs.FS, module, name string) ([]Violation, error) {
	src, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	f := &file{module: module, name: name, pkg: path.Dir(name), fset: token.NewFileSet(), locals: map[string]string{}}
	syntax, err := parser.ParseFile(f.fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	for _, spec := range syntax.Imports {
		f.checkImport(spec)
	}
	f.checkDeclarations(syntax)
	if isCore(f.pkg) {
		ast.Inspect(syntax, f.checkNode)
	}
	return f.found, nil
}

func (f *file) report(at token.Pos, format string, args ...any) {
	f.found = append(f.found, Violation{f.name, f.fset.Position(at).Line, fmt.Sprintf(format, args...)})
}

func (f *file) checkImport(spec *ast.ImportSpec) {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(fmt.Sprintf("archtest: the parser let %s through", spec.Path.Value))
	}
	local := localName(imported)
	if spec.Name != nil {
		local = spec.Name.Name
	}
	f.locals[local] = imported
	if own, ok := strings.CutPrefix(imported, f.module+"/"); ok {
		if why := wrongWay(f.pkg, own); why != "" {
			f.report(spec.Pos(), "%s imports %s: %s", f.pkg, own, why)
		}
		return
	}
	if f.pkg != codecs && (imported == "C" || strings.Contains(imported, "astiav")) {
		f.report(spec.Pos(), "%s imports %s: only %s may", f.pkg, imported, codecs)
	}
	if !isCore(f.pkg) {
		return
	}
	if forbiddenInCore(imported) {
		f.report(spec.Pos(), "core %s imports %s", f.pkg, imported)
	}
	if local == "." {
		f.report(spec.Pos(), "core %s imports %s without its name", f.pkg, imported)
	}
}

// localName is the name of a package whose path may end in a major version.
func localName(imported string) string {
	base := path.Base(imported)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" && strings.Contains(imported, "/") {
		base = path.Base(path.Dir(imported))
	}
	return base
}

// checkDeclarations keeps cores out of the lab: it assembles the very cores that run on hardware.
func (f *file) checkDeclarations(syntax *ast.File) {
	if !inLab(f.pkg) {
		return
	}
	for _, d := range syntax.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok && strings.HasSuffix(t.Name.Name, "Core") {
				f.report(t.Pos(), "%s declares core type %s", f.pkg, t.Name.Name)
			}
		}
	}
}

// checkNode finds what a core may not do.
func (f *file) checkNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		f.report(n.Pos(), "core %s starts a goroutine", f.pkg)
	case *ast.ChanType:
		f.report(n.Pos(), "core %s uses a channel type", f.pkg)
	case *ast.SendStmt:
		f.report(n.Arrow, "core %s sends on a channel", f.pkg)
	case *ast.SelectStmt:
		f.report(n.Pos(), "core %s selects", f.pkg)
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			f.report(n.Pos(), "core %s receives from a channel", f.pkg)
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && forbiddenName(f.locals[x.Name], n.Sel.Name) {
			f.report(n.Pos(), "core %s uses %s.%s", f.pkg, f.locals[x.Name], n.Sel.Name)
		}
	}
	return true
}
