# make demo      installs what it needs, builds, and runs the main job on every file below DIR (/usr/share/doc)
# make test      installs what it needs, builds, and runs all tests
# make bench     builds a release, and measures it beside yardsticks; BENCH=--help tells more
# make bench-peers   the same of the supervisor, beside other supervisors
# make bench-scaling   compares scaling policies on simulated workloads: the tables of Scaling.md, and pictures below
#                .build/scaling-pictures; BENCH="--pictures DIR" puts them elsewhere, BENCH=--help tells more
# make bench-scaling-replay   the same jobs on the real daemon and in the simulator, in real time
# make release   builds what is installed; then: sudo make install
#
# Variables: PREFIX (/usr, or /usr/local: systemd reads units and catalogs below these two only), DESTDIR (for packaging),
# CONFIGURATION (release; which build `install` takes), PYTHON (/usr/bin/python3; which Python the library is installed
# for), SWIFT_FLAGS (for every swift build, e.g. -j 2).

PREFIX ?= /usr
DESTDIR ?=
CONFIGURATION ?= release
SWIFT_FLAGS ?=
PYTHON ?= /usr/bin/python3

programs := jobsupd jobsup jobsup-launch
benchmarks := SwiftWorkerFixture LoadGenerator SpawnBenchmark
build := .build/$(CONFIGURATION)
lib := $(DESTDIR)$(PREFIX)/lib
docs := $(DESTDIR)$(PREFIX)/share/doc/jobsup
# Debian's Python looks for packages in other directories below /usr than below /usr/local: it is asked.
packages = $(shell $(PYTHON) -c 'import site, sys; \
	print(next((path for path in site.getsitepackages() if path.startswith(sys.argv[1] + "/lib")), ""))' '$(PREFIX)')
python = $(DESTDIR)$(packages)

.PHONY: all deps build release bench bench-peers bench-scaling bench-scaling-replay demo test python-test end-to-end-test bench-test dependency-test system-test check lint install prefix conflicts uninstall clean

all: build

deps:
	@.ci/deps

build: deps
	swift build $(SWIFT_FLAGS)

# With the Swift runtime inside, so that the installed programs need no toolchain.
release: deps
	@set -e; for program in $(programs); do \
		echo "swift build -c release --static-swift-stdlib --product $$program"; \
		swift build -c release --static-swift-stdlib $(SWIFT_FLAGS) --product $$program; \
	done

bench: release
	@set -e; for program in $(benchmarks); do \
		echo "swift build -c release --static-swift-stdlib --product $$program"; \
		swift build -c release --static-swift-stdlib $(SWIFT_FLAGS) --product $$program; \
	done
	@JOBSUP_BUILD="$(CURDIR)/.build/release" python3 Tests/Benchmarks/bench.py $(BENCH)

bench-peers: release
	@JOBSUP_BUILD="$(CURDIR)/.build/release" python3 Tests/Benchmarks/Peers/peers.py $(BENCH)

bench-scaling: deps
	swift build -c release $(SWIFT_FLAGS) --product ScalingBenchmark
	@.build/release/ScalingBenchmark --markdown --pictures .build/scaling-pictures $(BENCH)

bench-scaling-replay: release
	@JOBSUP_BUILD="$(CURDIR)/.build/release" python3 Tests/Benchmarks/ScalingReplay/replay.py $(BENCH)

demo: build
	@python3 Tests/Demo/demo.py --build .build/debug $${DIR:+"$$DIR"}

test: deps
	swift build --build-tests $(SWIFT_FLAGS)
	swift test --skip-build --skip '^(ProcessTests|SQLiteStoreTests)\.'
	swift test --skip-build --filter '^SQLiteStoreTests\.'
	# Alone: a process host reaps orphans of its whole process, also those of other tests.
	swift test --skip-build --filter '^ProcessTests\.' --skip longChainsAreKilled
	# Alone among these: it makes a storm of orphans, and others measure how long they are held up.
	swift test --skip-build --filter longChainsAreKilled
	@$(MAKE) --no-print-directory python-test end-to-end-test bench-test dependency-test system-test

python-test:
	python3 -m unittest discover -s Sources/python/tests -t Sources/python

# The built programs through their front door: the command line, the sockets, kill -9, a full disk. In two lanes.
end-to-end-test:
	python3 Tests/EndToEnd/lanes.py

# Whether every benchmark runs; figures of a debug build mean nothing.
bench-test:
	@JOBSUP_BUILD="$(CURDIR)/.build/debug" python3 Tests/Benchmarks/bench.py --scale 0.01 --rounds 1 --json > /dev/null
	@JOBSUP_BUILD="$(CURDIR)/.build/debug" python3 Tests/Benchmarks/Peers/peers.py --rounds 1 --children 4 --kills 2 \
		--peers bare,jobsup --require > /dev/null
	@.build/debug/ScalingBenchmark --seeds 1 --workloads batch,steady --markdown --pictures .build/debug/scaling-pictures \
		> /dev/null
	@JOBSUP_BUILD="$(CURDIR)/.build/debug" python3 Tests/Benchmarks/ScalingReplay/replay.py --seconds 5 > /dev/null

# The libraries as a package of somebody else has them.
dependency-test:
	@Tests/DependencyCheck/run $(SWIFT_FLAGS)

# A real systemd is booted for these; they need root.
system-test:
	@Tests/SystemTests/run
	@Tests/SystemTests/uml/run

check: lint test

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

prefix:
	@case "$(PREFIX)" in \
		/usr | /usr/local) ;; \
		*) echo "install: PREFIX is /usr or /usr/local, not '$(PREFIX)': systemd reads units and catalogs nowhere else." >&2; \
			echo "install: for a tree to copy from, give DESTDIR; nothing was installed" >&2; \
			exit 1 ;; \
	esac
	@[ -n "$(packages)" ] || { \
		echo "install: $(PYTHON) has no directory for packages below $(PREFIX)/lib." >&2; \
		echo "install: name the system's with PYTHON=…; nothing was installed" >&2; \
		exit 1; \
	}

# The unit's name is also that of Debian's package `supervisor`.
conflicts:
	@if [ -d "$(DESTDIR)/var/lib/dpkg" ] && [ "$$(dpkg-query --admindir="$(DESTDIR)/var/lib/dpkg" -W \
			-f '$${db:Status-Status}' supervisor 2>/dev/null)" = installed ]; then \
		echo "install: Debian's package 'supervisor' is installed, and brings a supervisor.service of its own." >&2; \
		echo "install: remove it first (apt-get remove supervisor); nothing was installed" >&2; \
		exit 1; \
	fi
	@for directory in /etc /run /usr/local/lib /usr/lib /lib; do \
		unit="$(DESTDIR)$$directory/systemd/system/supervisor.service"; \
		if [ -e "$$unit" ] && ! grep -q '^ExecStart=.*/jobsupd' "$$unit"; then \
			echo "install: $$unit belongs to something else." >&2; \
			echo "install: remove or rename it first; nothing was installed" >&2; \
			exit 1; \
		fi; \
	done

install: prefix conflicts
	@for program in $(programs); do \
		[ -x "$(build)/$$program" ] || { \
			echo "install: $(build)/$$program is missing; run: make release" >&2; exit 1; }; \
	done
	install -d "$(DESTDIR)/etc/jobsup/conf.d"
	install -D -m 755 -t "$(DESTDIR)$(PREFIX)/bin" "$(build)/jobsupd" "$(build)/jobsup"
	install -D -m 755 -t "$(DESTDIR)$(PREFIX)/libexec/jobsup" "$(build)/jobsup-launch"
	install -D -m 644 -t "$(python)/jobsup" Sources/python/jobsup/*.py Sources/python/jobsup/py.typed
	install -d "$(lib)/systemd/system"
	sed 's#/usr/bin/jobsup#$(PREFIX)/bin/jobsup#; s#/usr/share/#$(PREFIX)/share/#' \
		systemd/supervisor.service > "$(lib)/systemd/system/supervisor.service"
	chmod 644 "$(lib)/systemd/system/supervisor.service"
	install -D -m 644 -t "$(lib)/sysusers.d" systemd/sysusers.d/jobsup.conf
	install -D -m 644 -t "$(lib)/tmpfiles.d" systemd/tmpfiles.d/jobsup.conf
	install -D -m 644 -t "$(lib)/systemd/catalog" systemd/catalog/jobsup.catalog
	install -D -m 644 -t "$(docs)" Sources/Documentation.docc/*.md
	# All in one directory: the links lead there.
	sed 's#](Sources/Documentation.docc/#](#g; s#](Sources/python/README.md#](Python.md#g' README.md > "$(docs)/README.md"
	sed 's#](../Documentation.docc/#](#g; s#](../../README.md#](README.md#g' Sources/python/README.md > "$(docs)/Python.md"
	chmod 644 "$(docs)/README.md" "$(docs)/Python.md"
	@if [ -e "$(DESTDIR)/etc/jobsup/jobsup.yaml" ]; then \
		echo "install: keeping $(DESTDIR)/etc/jobsup/jobsup.yaml"; \
		sed 's#/usr/share/#$(PREFIX)/share/#' etc/jobsup.yaml | install -D -m 644 /dev/stdin "$(docs)/jobsup.yaml"; \
	else \
		echo install -m 640 etc/jobsup.yaml "$(DESTDIR)/etc/jobsup/jobsup.yaml"; \
		sed 's#/usr/share/#$(PREFIX)/share/#' etc/jobsup.yaml | \
			install -m 640 /dev/stdin "$(DESTDIR)/etc/jobsup/jobsup.yaml"; \
	fi
ifeq ($(DESTDIR),)
	systemd-sysusers "$(PREFIX)/lib/sysusers.d/jobsup.conf"
	systemd-tmpfiles --create "$(PREFIX)/lib/tmpfiles.d/jobsup.conf"
	journalctl --update-catalog
	@if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
	@echo "install: done; start it with: systemctl enable --now supervisor"
endif

# Leaves the configuration, the jobs and the user: they are not the program's to delete.
uninstall: prefix
ifeq ($(DESTDIR),)
	@if [ -d /run/systemd/system ] && [ -e "$(lib)/systemd/system/supervisor.service" ]; then \
		systemctl disable --now supervisor.service; \
	fi
endif
	rm -f "$(DESTDIR)$(PREFIX)/bin/jobsupd" "$(DESTDIR)$(PREFIX)/bin/jobsup"
	rm -f "$(lib)/systemd/system/supervisor.service" "$(lib)/systemd/catalog/jobsup.catalog"
	rm -f "$(lib)/sysusers.d/jobsup.conf" "$(lib)/tmpfiles.d/jobsup.conf"
	rm -rf "$(DESTDIR)$(PREFIX)/libexec/jobsup" "$(python)/jobsup" "$(docs)"
ifeq ($(DESTDIR),)
	journalctl --update-catalog
	@if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
	@echo "uninstall: left are /etc/jobsup, /var/lib/jobsup and the user jobsup"
endif

clean:
	rm -rf .build
