package jmap

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Decode reads arguments into a struct, strictly: a property that the struct does not have is refused by name, and names
// are compared letter by letter. Fields without a json tag are not read. Fields of type json.RawMessage take anything.
func Decode(raw json.RawMessage, into any) *MethodError {
	return decode(raw, reflect.ValueOf(into).Elem(), "")
}

// reads says which types read themselves.
func reads(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) || t == reflect.TypeFor[time.Time]()
}

func decode(raw json.RawMessage, v reflect.Value, where string) *MethodError {
	t := v.Type()
	switch {
	case reads(t):
	case t.Kind() == reflect.Pointer:
		if kind(raw) == 'n' {
			v.SetZero()
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return decode(raw, v.Elem(), where)
	case t.Kind() == reflect.Struct:
		return decodeStruct(raw, v, where)
	case t.Kind() == reflect.Slice && nested(t.Elem()):
		return decodeSlice(raw, v, where)
	case t.Kind() == reflect.Map && nested(t.Elem()):
		return decodeMap(raw, v, where)
	}
	if kind(raw) == 'n' && t.Kind() != reflect.Slice && t.Kind() != reflect.Map && t.Kind() != reflect.Interface && !reads(t) {
		return Invalid(where, "null")
	}
	if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
		return Invalid(where, "not a %s", word(t))
	}
	return nil
}

// nested says whether values of a type have to be looked into.
func nested(t reflect.Type) bool {
	if reads(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Struct:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return nested(t.Elem())
	}
	return false
}

// word names a type as people who write JSON call it.
func word(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "list of the right kind"
	case reflect.Map, reflect.Struct:
		return "object of the right kind"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "number that is not negative and not too large"
	}
	return "whole number"
}

func decodeStruct(raw json.RawMessage, v reflect.Value, where string) *MethodError {
	var top map[string]json.RawMessage
	if kind(raw) != '{' || json.Unmarshal(raw, &top) != nil {
		return Invalid(strings.TrimPrefix(where, "/"), "not an object")
	}
	t := v.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		value, there := top[name]
		if !there {
			continue
		}
		delete(top, name)
		if err := decode(value, v.Field(i), join(where, name)); err != nil {
			return err
		}
	}
	for name := range top {
		return Invalid(fmt.Sprintf("%.100s", join(where, name)), "no such property")
	}
	return nil
}

func join(where, name string) string {
	if where == "" {
		return name
	}
	return where + "/" + name
}

func decodeSlice(raw json.RawMessage, v reflect.Value, where string) *MethodError {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return Invalid(where, "not a list")
	}
	if list == nil {
		v.SetZero()
		return nil
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, x := range list {
		if err := decode(x, v.Index(i), join(where, fmt.Sprint(i))); err != nil {
			return err
		}
	}
	return nil
}

func decodeMap(raw json.RawMessage, v reflect.Value, where string) *MethodError {
	var list map[string]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return Invalid(where, "not an object")
	}
	if list == nil {
		v.SetZero()
		return nil
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(list)))
	for k, x := range list {
		e := reflect.New(v.Type().Elem()).Elem()
		if err := decode(x, e, join(where, k)); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(k), e)
	}
	return nil
}
