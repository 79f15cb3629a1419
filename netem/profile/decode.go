package profile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// maxDepth bounds how deep a document may nest, maxItems how long a list may be.
const (
	maxDepth = 16
	maxItems = 10_000
)

// decoder fills Go values from a YAML document. It is stricter than the library's own: each error names line and key,
// a fraction is no whole number, a bare number is no duration, and nothing is given twice or left over.
type decoder struct {
	faults faults
	lines  map[string]int // of each key
	depth  int
}

// fault records what is wrong with a node.
func (d *decoder) fault(key string, node ast.Node, format string, args ...any) {
	*d.faults.list = append(*d.faults.list, &Fault{Line: line(node), Key: key, Reason: fmt.Sprintf(format, args...)})
}

func line(node ast.Node) int {
	if t := node.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// value fills v, which is settable, from a node.
func (d *decoder) value(key string, node ast.Node, v reflect.Value) {
	if _, known := d.lines[key]; !known {
		d.lines[key] = line(node)
	}
	if d.depth++; d.depth > maxDepth {
		d.fault(key, node, "nested too deep")
		return
	}
	defer func() { d.depth-- }()
	switch node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.fault(key, node, "anchors, aliases and tags are not supported: write the value out")
		return
	}
	if read, single := scalars[v.Type()]; single {
		d.scalar(key, node, v, read)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(key, node, v.Elem())
	case reflect.Struct:
		d.mapping(key, node, v)
	case reflect.Slice:
		d.list(key, node, v)
	default:
		panic(fmt.Sprintf("profile: no way to read %s", v.Type()))
	}
}

func (d *decoder) scalar(key string, node ast.Node, v reflect.Value, read scalar) {
	if _, ok := node.(ast.ScalarNode); !ok || node.Type() == ast.NullType {
		d.fault(key, node, "want %s", read.want)
		return
	}
	text := node.GetToken().Value
	if literal, ok := node.(*ast.LiteralNode); ok {
		text = literal.Value.Value
	}
	if err := read.set(v, text); err != nil {
		d.fault(key, node, "%q: want %s", text, read.want)
	}
}

func (d *decoder) list(key string, node ast.Node, v reflect.Value) {
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		d.fault(key, node, "want a list")
		return
	}
	if len(seq.Values) > maxItems {
		d.fault(key, node, "%d items: want at most %d", len(seq.Values), maxItems)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		d.value(fmt.Sprintf("%s[%d]", key, i), item, v.Index(i))
	}
}

func (d *decoder) mapping(key string, node ast.Node, v reflect.Value) {
	pairs, ok := pairsOf(node)
	if !ok {
		d.fault(key, node, "want keys with values: %s", strings.Join(names(v.Type()), ", "))
		return
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		name := pair.Key.GetToken().Value
		at := faults{key: key}.at(name).key
		index, known := field(v.Type(), name)
		switch {
		case !known:
			d.fault(at, pair.Key, "unknown key%s", suggest(name, names(v.Type())))
		case seen[name]:
			d.fault(at, pair.Key, "given twice")
		case pair.Value.Type() == ast.NullType:
			d.fault(at, pair.Key, "has no value")
		default:
			d.lines[at] = line(pair.Key)
			d.member(at, pair.Value, v, index)
		}
		seen[name] = true
	}
}

// member fills one field of a struct.
func (d *decoder) member(key string, node ast.Node, v reflect.Value, index []int) {
	faults, member := len(*d.faults.list), v.FieldByIndex(index)
	d.value(key, node, member)
	if v.Type().FieldByIndex(index).Tag.Get("zero") == "unset" && member.IsZero() && len(*d.faults.list) == faults {
		d.fault(key, node, "%q: want more than zero, or leave the key out", node.GetToken().Value)
	}
}

// pairsOf returns the keys and values of a mapping.
func pairsOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// field finds the field that a key names, also in an embedded struct.
func field(t reflect.Type, key string) ([]int, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if inner, ok := field(f.Type, key); ok {
				return append([]int{i}, inner...), true
			}
		} else if f.IsExported() && f.Tag.Get("yaml") == key {
			return []int{i}, true
		}
	}
	return nil, false
}

// names returns the keys of a struct, sorted.
func names(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			keys = append(keys, names(f.Type)...)
		} else if f.IsExported() {
			keys = append(keys, f.Tag.Get("yaml"))
		}
	}
	slices.Sort(keys)
	return keys
}
