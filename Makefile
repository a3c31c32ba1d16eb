# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets. V=1 shows commands, SANITIZE=1 builds with ASan and UBSan, CC=clang
# builds with clang, WITHOUT="pci usb seccomp" leaves libpci, libusb and libseccomp out, WERROR= lets
# warnings pass; CFLAGS, CPPFLAGS and LDFLAGS are the packager's.

VERSION := 0.1.0
prefix ?= /usr
bindir ?= $(prefix)/bin
dracutdir ?= $(prefix)/lib/dracut/modules.d
docdir ?= $(prefix)/share/doc/kmp-match
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
DESTDIR ?=
CFLAGS ?= -O2 -g
WERROR ?= -Werror
PKG_CONFIG ?= pkg-config
SCDOC ?= scdoc

ifneq ($(FUZZ),)
variant := fuzz
sanitize := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifneq ($(SANITIZE),)
variant := sanitize
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else
variant := release
endif
# What src/hardware/probe.h names: the build is one of its own, so that nothing stale is linked.
WITHOUT ?=
build := build/$(subst $() ,-without-,$(strip $(variant)-$(notdir $(CC)) $(sort $(WITHOUT))))
ifneq ($(FUZZ),)
build := build/fuzz
endif

libraries := libsolv libsolvext rpm libkmod libudev json-c zlib liblzma libzstd libcrypto
libraries += $(if $(filter pci,$(WITHOUT)),,libpci) $(if $(filter usb,$(WITHOUT)),,libusb-1.0)
libraries += $(if $(filter seccomp,$(WITHOUT)),,libseccomp)
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-6s %s\n')

all: $(build)/kmp-match

# Only what the compiler takes, asked once per build folder.
takes = $(shell $(CC) $(1) -Werror -O2 -x c -c -o /dev/null /dev/null 2>/dev/null && echo $(1))
hardening_wanted := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-ftrivial-auto-var-init=zero
# Of what an initrd carries: no tables for exceptions, which C has not, no padding, and nothing that
# is not called.
small_wanted := -fno-asynchronous-unwind-tables -fno-unwind-tables -falign-functions=1 \
	-falign-loops=1 -falign-jumps=1 -ffunction-sections -fdata-sections
# Packed relocations need a loader that knows them, glibc's from 2.36 on: an older one ends the
# program.
links = $(shell echo '_Static_assert(__GLIBC_PREREQ(2, 36), ""); int main(void) { return 0; }' | \
	$(CC) -include features.h -Wl,--fatal-warnings $(1) -x c -o /dev/null - 2>/dev/null && echo $(1))
small_links_wanted := -Wl,--gc-sections -Wl,-z,pack-relative-relocs
warnings_wanted := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 \
	-Wpointer-arith -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough \
	-Wnull-dereference -Wold-style-definition -Wlogical-op -Wduplicated-cond

$(build)/flags.mk: Makefile tools/require-libraries
	$(Q)tools/require-libraries $(PKG_CONFIG) $(libraries)
	@mkdir -p $(@D)
	@{ echo 'flags_taken := $(foreach flag,$(hardening_wanted) $(if $(sanitize),,$(small_wanted)) $(warnings_wanted),$(call takes,$(flag)))'; \
	   echo 'links_taken := $(if $(sanitize),,$(foreach flag,$(small_links_wanted),$(call links,$(flag))))'; \
	   echo 'library_cflags := '"$$($(PKG_CONFIG) --cflags $(libraries))"; \
	   echo 'library_libs := '"$$($(PKG_CONFIG) --libs $(libraries))"; } >$@.tmp && mv $@.tmp $@

# Some install what is missing first, so they must not ask for it while the Makefile is read.
ifneq ($(filter-out help clean setup demo check check-fast bench instructions man fuzz fuzz-run,$(or $(MAKECMDGOALS),all)),)
include $(build)/flags.mk
endif

fortify := $(if $(sanitize),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
own_cflags = -std=gnu17 -D_GNU_SOURCE -DKMP_MATCH_VERSION='"$(VERSION)"' -Isrc -MMD -MP -fPIE \
	-pthread -fvisibility=hidden $(if $(filter pci,$(WITHOUT)),-DWITHOUT_PCI) \
	$(if $(filter usb,$(WITHOUT)),-DWITHOUT_USB) \
	$(if $(filter seccomp,$(WITHOUT)),-DWITHOUT_SECCOMP) $(flags_taken) $(WERROR) $(fortify) \
	$(sanitize) $(if $(sanitize),-DSANITIZED) $(library_cflags)
own_ldflags = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(links_taken) $(sanitize)

library_sources := $(filter-out src/main.c,$(sort $(wildcard src/*.c src/*/*.c)))
library_sources := $(filter-out src/verbs/% $(WITHOUT:%=src/hardware/%.c),$(library_sources))
library_sources := $(filter-out $(if $(filter seccomp,$(WITHOUT)),src/base/syscalls.c),$(library_sources))
program_sources := src/main.c $(sort $(wildcard src/verbs/*.c))
objects = $(patsubst %.c,$(build)/%.o,$(1))

$(build)/kmp-match: $(call objects,$(program_sources)) $(build)/libkmp-match.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $^ $(library_libs)

# Everything but main and verbs, for tests and fuzzers; not installed.
$(build)/libkmp-match.a: $(call objects,$(library_sources))
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(build)/%.o: %.c $(build)/flags.mk
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(own_cflags) $(CPPFLAGS) $(CFLAGS) $(rarely) -c -o $@ $<

# What a run does once, or while it waits for others: small is worth more than fast.
rarely_run := $(addprefix src/packages/,curl fetch fetch-server remote repofile url)
$(build)/src/deliver/%.o $(build)/src/report/%.o $(build)/src/trust/%.o $(build)/src/verbs/%.o \
		$(rarely_run:%=$(build)/%.o): \
	rarely := $(if $(sanitize),,$(if $(filter -O2,$(CFLAGS)),-Os))

unit_tests := $(patsubst tests/unit/%.c,$(build)/tests/unit/%,$(sort $(wildcard tests/unit/test-*.c)))
unit-tests: $(unit_tests)
$(build)/tests/unit/%: $(build)/tests/unit/%.o $(build)/libkmp-match.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $^ $(library_libs) $(shell $(PKG_CONFIG) --libs cmocka)

bench_programs := $(patsubst tests/bench/%.c,$(build)/tests/bench/%,$(sort $(wildcard tests/bench/*.c)))
bench-programs: $(bench_programs)
$(build)/tests/bench/%: $(build)/tests/bench/%.o $(build)/libkmp-match.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(own_ldflags) $(LDFLAGS) -o $@ $^ $(library_libs)

# With libFuzzer's main, or else with one that replays a corpus.
fuzz_targets := $(patsubst tests/fuzz/%.c,$(build)/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
fuzz-targets: $(fuzz_targets)
$(build)/tests/fuzz/fuzz-%: $(build)/tests/fuzz/fuzz-%.o $(if $(FUZZ),,$(build)/tests/fuzz/replay.o) \
		$(build)/libkmp-match.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(own_ldflags) $(if $(FUZZ),-fsanitize=fuzzer) $(LDFLAGS) -o $@ $^ $(library_libs)
.PRECIOUS: $(build)/%.o

fuzz:
	$(Q)tools/setup fuzz
	$(Q)$(MAKE) --no-print-directory FUZZ=1 CC=clang fuzz-targets

SECONDS ?= 60
fuzz-run: fuzz
	$(Q)tests/fuzz/run build/fuzz/tests/fuzz $(SECONDS)


setup:
	$(Q)tools/setup build

demo:
	$(Q)tools/setup demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)KMP_MATCH=$(build)/kmp-match tools/demo

# check-fast leaves out virtual machines. The kernel comes first: tests that run side by side read its aliases,
# and those that cannot do without it say so.
check check-fast:
	$(Q)tools/setup check
	$(Q)$(MAKE) --no-print-directory -j2 all unit-tests fuzz-targets bench-programs
	-$(Q)tools/fetch-kernel >/dev/null
	$(Q)BUILD=$(build) tests/run $(if $(filter check-fast,$@),--fast)

# Writes docs/bench.md and docs/bench.svg; WORD= runs those benchmarks alone.
bench:
	$(Q)tools/setup bench
	$(Q)$(MAKE) --no-print-directory -j2 all bench-programs
	$(Q)BUILD=$(abspath $(build)) KMP_MATCH=$(abspath $(build))/kmp-match tests/bench/run $(WORD)

# What tests/bench/guard-instructions allows, where that is right as it is.
instructions:
	$(Q)tools/setup bench
	$(Q)$(MAKE) --no-print-directory -j2 all bench-programs
	$(Q)BUILD=$(abspath $(build)) KMP_MATCH=$(abspath $(build))/kmp-match \
		tests/bench/guard-instructions --write

# Made of the program's --help; a cross build names a kmp-match that runs here.
HELPER ?= $(build)/kmp-match
completions := $(addprefix build/completion/kmp-match.,bash zsh fish)
completion: $(completions)
$(completions): build/completion/kmp-match.%: tools/completion/kmp-match.%.in tools/make-completion \
		$(HELPER)
	$(say) MAKE $@
	@mkdir -p $(@D)
	$(Q)$(HELPER) --help | tools/make-completion $* >$@.tmp && mv $@.tmp $@

man: build/kmp-match.8
build/kmp-match.8: docs/man/kmp-match.8.scd
	$(say) SCDOC $@
	@command -v $(SCDOC) >/dev/null || { echo 'kmp-match: the man page needs scdoc' >&2; exit 1; }
	@mkdir -p $(@D)
	$(Q)$(SCDOC) <$< >$@.tmp && mv $@.tmp $@

# The man page is left out where nothing can make it.
with_man := $(shell command -v $(SCDOC) 2>/dev/null)
install: all completion $(if $(with_man),man)
	install -D -m 755 $(build)/kmp-match $(DESTDIR)$(bindir)/kmp-match
	install -D -m 644 -t $(DESTDIR)$(docdir) README.md NEWS.md SECURITY.md COPYING docs/report.schema.json \
		docs/reasons.md docs/policy.md docs/staging.md docs/symbol-table.md \
		docs/trust.md docs/boot.md docs/cache.md docs/state.schema.json
	install -D -m 644 -t $(DESTDIR)$(dracutdir)/55kmp-match dracut/55kmp-match/*.sh
	install -m 755 -t $(DESTDIR)$(dracutdir)/55kmp-match $(addprefix dracut/55kmp-match/, \
		module-setup.sh kmp-match-disk.sh)
	install -D -m 644 build/completion/kmp-match.bash \
		$(DESTDIR)$(datadir)/bash-completion/completions/kmp-match
	install -D -m 644 build/completion/kmp-match.zsh \
		$(DESTDIR)$(datadir)/zsh/site-functions/_kmp-match
	install -D -m 644 build/completion/kmp-match.fish \
		$(DESTDIR)$(datadir)/fish/vendor_completions.d/kmp-match.fish
	$(if $(with_man),install -D -m 644 -t $(DESTDIR)$(mandir)/man8 build/kmp-match.8,\
		@echo 'kmp-match: installed without its man page, which needs $(SCDOC)')

clean:
	$(Q)rm -rf build/release-* build/sanitize-* build/fuzz build/completion build/kmp-match.8

help:
	@echo 'make demo     install what is missing, build, and show a plan on real packages'
	@echo 'make check    install what tests need, and run all of them; check-fast: without'
	@echo '              virtual machines'
	@echo 'make fuzz     build the fuzz targets; make fuzz-run SECONDS=60 runs each of them'
	@echo 'make bench    measure it against zypper, depmod and others'
	@echo 'make          build the program'
	@echo 'make setup    install what the build needs'
	@echo 'make man      make the man page, build/kmp-match.8'
	@echo 'make install  install it below DESTDIR and prefix'
	@echo 'make clean    remove what was built'

-include $(shell find $(build) -name '*.d' 2>/dev/null)
.PHONY: all bench-programs clean unit-tests fuzz fuzz-run fuzz-targets setup demo check check-fast bench instructions completion man install help
