# make run    build, and run the demonstration (Ctrl-C ends it)
# make test   everything that CI tests; installs what it needs from the registries
# The other targets are parts of these, and the drills.

export GOTOOLCHAIN = go1.26.9
export GOFLAGS     = -mod=readonly
export CGO_ENABLED = 0

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
RACE        = ./blob ./wire ./supervise ./role/... ./db/... ./seal/... ./ledger/... ./journal ./policy

.PHONY: ui build run test deps check unit race product drill-crash fuzz bench eval clean

# ui builds the browser apps; npm gets their packages when the list of them has changed.
ui:
	@cd ui && { cmp -s package-lock.json node_modules/.installed || { npm ci --no-audit --no-fund --ignore-scripts && cp package-lock.json node_modules/.installed; }; }
	@cd ui && node_modules/.bin/tsc
	go run ./ui/build

build: ui
	go build -trimpath -o bin/sekisho ./cmd/sekisho

run: build
	bin/sekisho demo --data demo-data

test: deps check unit race product

# deps installs the real clients and servers that tests use, where Debian's package manager is there to do so.
deps:
	@./test/deps.sh

check:
	go mod verify
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt: the files above are not formatted"; exit 1; }
	go vet ./...
	go vet -tags redteam ./...
	GOFLAGS=-mod=mod go run $(STATICCHECK) ./...

unit: build
	go test -timeout 20m $$(go list ./... | grep -v '^sekisho/test$$')

# With the race detector, which needs cgo, a process cannot confine itself: the children of supervise's tests are built without.
race:
	go test -c -o bin/supervise.test ./supervise
	CGO_ENABLED=1 SEKISHO_TEST_CHILD=$(CURDIR)/bin/supervise.test go test -race -short -timeout 20m $(RACE)

product: build
	go test -count=1 -timeout 25m ./test/...
	go test -count=1 -tags redteam -run 'Redteam|BreachDrill|Takeover' ./cmd/sekisho

# drill-crash kills processes under load until DRILL_KILLS are reached, then checks that nothing acknowledged was lost.
drill-crash: build
	go test -count=1 -timeout 60m -run TestCrashDrill ./test/ -args -kills=$${DRILL_KILLS:-50}

# fuzz runs every fuzz target for a while: make fuzz FUZZTIME=1m
fuzz:
	@./test/fuzz.sh $${FUZZTIME:-10s}

# eval measures the inspection on every labelled collection below $SEKISHO_SHARED, and on generated mail: one table.
eval:
	go run ./cmd/sekisho eval

bench: build
	go test -run '^$$' -bench . -benchtime 1s ./...

clean:
	rm -rf bin demo-data
