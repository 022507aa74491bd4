.POSIX:
.PHONY: help setup demo test lint format bench soak journey screenshots messages manage

help:
	@echo "make demo         start Fanfare with the demo shop: servers, web, worker; Ctrl-C stops it"
	@echo "make test         the whole suite on throw-away servers      ARGS='-k voucher' to choose"
	@echo "make lint         format, lint, types, imports, migrations"
	@echo "make format       let ruff put the code into shape"
	@echo "make journey      load a year of real grocery data into the demo   ARGS=--shift-to-now"
	@echo "make manage       any manage.py command on the demo's data   ARGS='shell'"
	@echo "make messages     bring the translations in step with the code, and compile them   ARGS=--check"
	@echo "make soak         the long proofs for a night: races again and again, kills   ARGS='--turns 5'"
	@echo "make bench        measure    make screenshots    take pictures    make setup    only install"

setup demo test lint format bench soak journey screenshots messages manage:
	@exec sh scripts/run $@ $(ARGS)
