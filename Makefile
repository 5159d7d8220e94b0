# Every target only calls run.py, so that a machine without make can do the same: python3 run.py help
PYTHON ?= python3

.PHONY: run test check fix demo bench drill screens help
run test check fix demo bench drill screens help:
	@$(PYTHON) run.py $@ $(ARGS)

.DEFAULT_GOAL := help
