# Everything is done by config/setup (Python, standard library only); this file only gives it short names.
.POSIX:
SETUP = sh config/setup/start.sh

.PHONY: help run setup test check bench clean

help:
	@$(SETUP) help

# Sets up what is missing, then starts core, web, worker and courier. Ctrl-C stops them.
run:
	@exec $(SETUP) run

# All set-up, without starting anything (for a service manager).
setup:
	@exec $(SETUP) setup

# All tests, in several processes. With ARGS, which go to pytest, in one: make test ARGS="tests/config -k settings".
test:
	@exec $(SETUP) test $(ARGS)

# Linters, types, import rules.
check:
	@exec $(SETUP) check

# Benchmarks: a table, and tests/results/bench.json.
bench:
	@exec $(SETUP) bench $(ARGS)

# Removes what was built. Data (var/) and the wheel cache stay.
clean:
	@exec $(SETUP) clean
