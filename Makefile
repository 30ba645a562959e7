# edge-duplex. The two commands: `make run` and `make test`. Both install what they need.
#   make run ARGS="--model path/to/model.gguf"    make PYTHON=python3.12 test

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SYSTEM := firmware_scripts/install-system-packages.sh
ENVIRONMENT := PYTHON="$(PYTHON)" firmware_scripts/make-environment.sh

.DEFAULT_GOAL := help
.PHONY: help run test lint bench soak model system service clean

help: ## say what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: ## talk to it; without a microphone, hear the bundled conversation
	@$(SYSTEM)
	@$(ENVIRONMENT) run
	$(BIN)/edge-duplex run --or-demo --record runs $(ARGS)

test: ## lint, types, and every test, with a virtual sound card
	@$(SYSTEM) --test
	@$(ENVIRONMENT) test
	@$(MAKE) --no-print-directory lint
	@firmware_scripts/test.sh $(ARGS)

lint: ## ruff and mypy only
	@$(ENVIRONMENT) test
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: ## the figures of docs/, measured on this machine
	@$(SYSTEM) --test
	@$(ENVIRONMENT) test
	$(BIN)/python -m bench $(ARGS)

soak: ## ten minutes in real time while both cores are kept busy
	@$(SYSTEM) --test
	@$(ENVIRONMENT) test
	$(BIN)/python -m bench soak $(ARGS)

model: ## train the interaction model anew and put it in its place (brings PyTorch)
	@$(SYSTEM)
	@$(ENVIRONMENT) train
	$(BIN)/python -m training.train $(ARGS)

system: ## only the system packages
	@$(SYSTEM) --test

clean: ## what can be made again, the environment too; the cached wheels stay
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

service: ## install it as a systemd user service
	@$(ENVIRONMENT) run
	install -d "$(HOME)/.local/bin" "$(HOME)/.config/systemd/user"
	ln -sfn "$(CURDIR)/$(BIN)/edge-duplex" "$(HOME)/.local/bin/edge-duplex"
	install -m 644 firmware_scripts/edge-duplex.service "$(HOME)/.config/systemd/user/edge-duplex.service"
	@echo "Now: systemctl --user daemon-reload && systemctl --user enable --now edge-duplex"
