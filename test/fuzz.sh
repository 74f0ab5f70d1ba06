#!/bin/sh
# Runs every fuzz target of the project for a time: fuzz.sh 10s
set -eu
time="${1:-10s}"
go list ./... | while read -r p; do
	dir="${p#sekisho}"
	for f in $(grep -hs '^func Fuzz' ".$dir"/*_test.go | sed 's/func \(Fuzz[A-Za-z0-9_]*\).*/\1/'); do
		echo "== $p $f"
		go test -run '^$' -fuzz "^$f\$" -fuzztime "$time" "$p"
	done
done
