# Tillit. What can be asked for is listed by `make help`; it is the text after each ##.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# No C compiler is needed, and no newer Go is fetched behind anybody's back.
export CGO_ENABLED := 0
export GOTOOLCHAIN ?= local

TOOLS := .build/bin
ASSETS := .build/assets
NPM := node_modules/.package-lock.json
FETCH := ./internal/kit/ui/assets/fetch
TEXTGEN := ./internal/kit/text/textgen

.PHONY: help run check build bench gen drift fmt test lint assets tools clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build ## set everything up and serve the demo town
	bin/tillit serve --demo

build: $(ASSETS) ## leave bin/tillit
	go build -trimpath -o bin/tillit ./cmd/tillit

check: ## everything that has to hold before a change goes in
	@scripts/setup check
	@$(MAKE) lint
	@$(MAKE) drift
	@$(MAKE) test

lint: $(ASSETS) $(TOOLS)/.built ## formatting, go vet and staticcheck
	@scripts/formatted
	go vet ./...
	go vet -tags lockless ./internal/core/door ./internal/app
	$(TOOLS)/staticcheck ./...

test: $(ASSETS) ## every test, the stories in a browser among them; the leak tests once more with each lock off
	go test -p 2 -timeout 30m ./...
	go test -tags lockless -timeout 10m -run Without ./internal/app

bench: build ## measure the promises of ARCHITECTURE.md
	go build -trimpath -tags lockless -o .build/tillit-lockless ./cmd/tillit
	go run ./bench

gen: $(TOOLS)/.built ## write what is generated: pages, queries and texts
	go run $(TEXTGEN)
	$(TOOLS)/templ generate -log-level error
	$(TOOLS)/sqlc generate

drift: $(ASSETS) ## fail where what is generated is not what gen writes
	@scripts/drift

fmt: $(TOOLS)/.built ## format Go and templ
	@scripts/formatted --write
	$(TOOLS)/templ fmt -log-level error .

assets: $(ASSETS) ## the style sheets and the typeface, by lock file
tools: $(TOOLS)/.built ## templ, sqlc and staticcheck, built once (sqlc takes two minutes)

clean: ## take out what was built and fetched; a running Tillit's data stays
	rm -rf .build bin node_modules

# The stamps below are older than what they are made from when that has changed.

$(NPM): package.json package-lock.json
	@scripts/setup npm
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(ASSETS): $(NPM) $(wildcard $(FETCH)/*.go)
	go run $(FETCH)
	@mkdir -p $(@D) && touch $@

$(TOOLS)/.built: tools/go.mod tools/go.sum
	@mkdir -p $(@D)
	go -C tools build -o "$(CURDIR)/$(TOOLS)/" tool
	@touch $@
