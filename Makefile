# T holds more flags for go test: make test T='-run TestSubmit -v'
T     ?=
SHOTS ?= $(CURDIR)/docs/shots
WEB   := api/web

MAKEFLAGS     += --no-print-directory
# Program, tests and linter are compiled alike, and alike in every folder: what one has compiled, the others find.
export CGO_ENABLED := 0
export GOFLAGS     := $(shell go env GOFLAGS 2>/dev/null) -trimpath -ldflags=-w
.DEFAULT_GOAL := help
.PHONY: help run run-sandbox build assets test-fast test e2e shots golden lint fmt bench train

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9%-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## assets if npm is there, build, then serve (Ctrl-C stops)
	@$(MAKE) assets || echo "assets: LEFT OUT, npm failed; the pages work without them"
	@$(MAKE) build
	@exec ./bin/vticket serve

run-sandbox: build ## product and fake platforms together, on an empty city (Ctrl-C stops both)
	@scripts/run-sandbox.sh

build: ## ./bin/vticket, static
	go build -o bin/vticket ./cmd/vticket

assets: ## third-party JS and CSS of the pages, through npm
	@if ! command -v npm >/dev/null; then echo "assets: LEFT OUT, npm is not installed; the pages work without them"; \
	else cd $(WEB) && npm ci --no-audit --no-fund && npm run --if-present build; fi

test-fast: ## what is quick, on SQLite and embedded Redis, up to 60 s
	@if [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null; then export TMPDIR=/dev/shm; fi; \
	env -u VTICKET_TEST_DATABASE_URL -u VTICKET_TEST_REDIS_URL -u CI GOGC=400 go test -p 4 -short -vet=off $(T) ./...

test: ## every test on both stacks; finds or starts PostgreSQL and Redis (vet is part of lint)
	@GOGC=400 scripts/services.sh go test -count=1 -vet=off $(T) ./...

$(WEB)/node_modules/axe-core:
	@$(MAKE) assets

e2e: $(WEB)/node_modules/axe-core ## the main job by clicks, in Chromium
	@chromium=$$(scripts/chromium.sh) || exit 1; [ -n "$$chromium" ] || exit 0; \
	VTICKET_CHROMIUM="$$chromium" go test -tags e2e -count=1 -run 'E2E|Shots' $(T) ./cmd/vticket

shots: ## screenshots of every page into docs/shots (or SHOTS=DIR)
	@chromium=$$(scripts/chromium.sh) || exit 1; [ -n "$$chromium" ] || exit 0; \
	mkdir -p "$(SHOTS)"; began=$$(date +%s); \
	VTICKET_CHROMIUM="$$chromium" VTICKET_SHOTS="$(SHOTS)" \
		go test -tags e2e -count=1 -run Shots $(T) ./cmd/vticket || exit 1; \
	count=$$(find "$(SHOTS)" -name '*.png' -newermt "@$$began" | wc -l); \
	echo "$$count screenshots in $(SHOTS)"; [ "$$count" -gt 0 ]

golden: ## rewrite the golden files and docs/states.md; read the diff before you commit it
	go test -count=1 -short $(T) $$(grep -rlF 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -args -update

lint: ## golangci-lint, with and without the e2e tag
	@scripts/lint.sh

fmt: ## gofumpt and goimports
	@scripts/lint.sh fmt ./...

train: ## learn models/understand/weights.bin from the lines in training/, and write docs/understanding.md
	@go run ./models/understand/train models/understand/testdata/reports-hard-a.jsonl models/understand/testdata/reports-hard-b.jsonl

bench: ## each bar of the design with its figure, on durable databases
	@PGTEST_DURABLE=1 scripts/services.sh scripts/bench.sh

accept-%: ## run scripts/accept/NAME.sh, as in accept-main-job
	@scripts/accept/$*.sh
