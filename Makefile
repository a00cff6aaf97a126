# `make check` is what CI runs. Everything else is a shorthand.

GO       ?= go
FUZZTIME ?= 60s

# Packages whose tests start goroutines. The race detector needs cgo and a C
# compiler; the binary itself is built without.
RACE = ./launch/... ./cmd/...

.PHONY: all build check format vet test lxc-tests vm endurance judge race fuzz bench docs update

all: build

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o lxcfg ./cmd/lxcfg

check: format vet test

format:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; }

# Everything but the launch works on every system, the launch on every Linux we ship for.
vet:
	$(GO) vet ./...
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GO) vet ./...
	@for system in darwin/arm64 windows/amd64; do \
		export GOOS=$${system%/*} GOARCH=$${system#*/} CGO_ENABLED=0; echo "for $$system"; \
		$(GO) build ./... && $(GO) vet ./grammar/... ./compile/... ./cmd/... || exit 1; \
	done
	$(GO) vet -tags elsewhere ./cmd/...

test:
	$(GO) test -timeout 20m ./...

# LXC's own test programs with lxcfg in the place of lxc-start: docs/lxc-tests.md.
# PROGRAMS chooses some of them; STOCK=--stock runs them with the installed LXC.
#
#   make lxc-tests PROGRAMS='attach reboot'
PROGRAMS ?=
STOCK    ?=
lxc-tests: build
	scripts/lxc-tests $(STOCK) ./lxcfg -- $(PROGRAMS)

# What this kernel does not show, in a virtual machine with nothing but cgroup v2, and
# AppArmor: docs/vm.md. Minutes. VM is another command that runs its arguments in a
# machine with this file system, as root; TESTS chooses conformance tests:
#
#   make vm VM='virtme-run --kimg /boot/vmlinuz --rwdir=. --' TESTS=TestSameNetworkAsStock
VM    ?=
TESTS ?=
vm:
	VM='$(VM)' scripts/vm-test $(if $(TESTS),'$(TESTS)')

# Containers that are started and stopped again and again, and many at once, in the
# foreground and in the background by LXC's tools, and rebooted; each step of every plan
# that fails, and launchers that are killed; some minutes. docs/endurance.md has results.
endurance:
	LXCFG_CYCLES=500 $(GO) test -count=1 -timeout 60m -v -run 'TestMany(Cycles|Reboots)|TestEnduringLauncher' ./conformance
	LXCFG_CYCLES=100 LXCFG_AT_ONCE=100 $(GO) test -count=1 -timeout 30m -v -run 'TestManyAtOnce|TestAllAtOnce' ./conformance
	LXCFG_FAULTS=all $(GO) test -count=1 -timeout 30m -run 'FailsOnce|FailOnce|Killed' ./conformance

# liblxc's word on very many random configurations, and libseccomp's on policies; a
# few minutes.
judge:
	LXCFG_RANDOM_POLICIES=20000 $(GO) test -count=1 -timeout 20m -run TestRandom ./compile/seccomp
	LXCFG_RANDOM_CONFIGS=100000 $(GO) test -count=1 -timeout 20m -run TestRandom ./conformance

race:
	$(GO) test -race $(RACE)

# One target after the other: go test fuzzes one at a time. The minimiser is held
# to one execution because it can stall for a minute on long inputs.
fuzz:
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$package || exit 1; \
		done; \
	done

# Go benchmarks of the pure parts, then loading and whole processes beside stock LXC.
bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./grammar/... ./compile/... ./launch/...
	scripts/bench-load
	scripts/bench-load
	scripts/bench-launch ./lxcfg
	scripts/bench-lint ./lxcfg

# The pages of docs/rules and docs/keys, from the rows in the source.
docs:
	$(GO) test ./compile/lint -run Documentation -update

# Rewrites golden files and those pages. Read the diff.
update:
	$(GO) test $$(grep -rl 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update
