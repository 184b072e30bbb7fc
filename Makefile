# The same commands in the README, in CI and on your machine. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint bench faults fuzz month clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## fetch and prepare what the other commands need (they do it by themselves)
	@tools/bootstrap

run: setup ## a demo park on port 8069, with a gate box and a simulated lane
	@tools/run

demo: setup ## the main job once, headless, with its evidence: sale, gate, books; also offline
	@tools/demo

test: ## all tests; a skipped one fails
	@tools/test

lint: ## every linter
	@tools/lint

bench: setup ## all benchmarks: a table and bench.json
	@tools/bench

faults: ## a random day: boxes and servers killed, networks cut (SCENIC_SEED=7 SCENIC_SCANS=20000)
	@tools/test --faults
	@SCENIC_LAN=60 tools/test tests/gate/test_gate_lan_cuts.py
	@SCENIC_RACE=500 tools/test tests/finance/test_order_race.py

fuzz: ## the property tests of the pure packages, with many more examples
	@SCENIC_FUZZ=20 tools/test tests/rules tests/gate

month: ## a generated month of 50,000 tickets on all paths: all proofs at zero (SCENIC_MONTH=50000)
	@SCENIC_MONTH=$${SCENIC_MONTH:-50000} tools/test tests/finance/test_generated_month.py

clean: ## remove what these commands made in this checkout (the shared cache stays)
	@tools/clean
