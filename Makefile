# Thin wrappers: the build is CMake's (CMakePresets.json), the checks are in tools/.
# Each target first installs what Debian 12 packages it misses.

MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 120
CTEST = ctest --output-on-failure --no-tests=error -j $(JOBS) --test-dir

# $(call build,PRESET,TARGETS): no targets means everything.
define build
@cmake --preset $(1) --log-level=WARNING >/dev/null
@cmake --build --preset $(1) -j $(JOBS) $(if $(2),--target $(2))
endef

.PHONY: help deps demo package portable check-packages test lint bench asan asan-build tsan clang debug fuzz kill-matrix format clean

help:
	@echo "make demo         build the program and run the quick suite against the embedded proxy"
	@echo "make test         build everything; run the unit, scenario and interoperability tests"
	@echo "make lint         clang-format, clang-tidy, the layer check, the coroutine-rule check"
	@echo "make bench        the benchmarks, each beside a peer"
	@echo "make asan tsan    the unit tests and the suite under sanitizers"
	@echo "make clang debug  build with clang 14, or for a debugger, and run the unit tests"
	@echo "make fuzz         each decoder's fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)"
	@echo "make kill-matrix  every scenario against every deliberate defect; the independent proxy's, too"
	@echo "make package      the Debian package, in build/packages"
	@echo "make portable     a tarball that needs nothing but glibc, in build/portable/packages"
	@echo "make check-packages  both, and the Dockerfile's steps, each in a bare Debian 12 (as root)"
	@echo "make format clean"

demo:
	@tools/install-deps build
	$(call build,release,rpchspec)
	@build/bin/rpchspec run --quick

test:
	@tools/install-deps test
	@tools/install-page-deps
	$(call build,release)
	@$(CTEST) build
	@tools/run-pytest tests/tools tests/cli tests/interop tests/bindings tests/page
	@tools/kill-matrix

lint:
	@tools/install-deps lint
	@tools/lint

bench:
	@tools/install-deps test
	$(call build,release,rpchspec benchmarks rpchspec_native)
	@tools/run-benchmarks build

asan tsan:
	@tools/install-deps all
	$(call build,$@)
	@tools/run-sanitized $@ $(JOBS)

deps:
	@tools/install-deps all
	@tools/install-page-deps

asan-build:
	$(call build,asan)

clang debug:
	@tools/install-deps all
	$(call build,$@)
	@$(CTEST) build/$@

fuzz:
	@tools/install-deps all
	$(call build,fuzz,fuzzers)
	@tools/run-fuzzers build/fuzz/bin $(FUZZ_SECONDS)

package:
	@tools/install-deps package
	$(call build,release,rpchspec documents)
	@cd build && cpack -G DEB

portable:
	@tools/install-deps package
	$(call build,portable,rpchspec documents)
	@cd build/portable && cpack -G TGZ

check-packages: package portable
	@tools/check-packages

kill-matrix:
	@tools/install-deps test
	$(call build,release,rpchspec)
	@tools/kill-matrix --external
	@RPCHSPEC_SLOW=1 /usr/bin/python3 -m pytest -q -ra -p no:cacheprovider -k a_defect_is_caught \
	  tests/interop/test_independent_proxy.py
	@tools/kill-matrix --full

format:
	@tools/install-deps lint
	@git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs -r clang-format-14 -i

clean:
	rm -rf build rpchspec-out
