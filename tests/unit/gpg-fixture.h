/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpg-fixture - real keys and signatures for tests, made by gpg and rpmsign in a scratch directory.
 */
#pragma once

#include "rpm-fixture.h"
#include "trust/keyring.h"

static inline void fixture_call(char *command)
{
	auto_free char *owned = command;

	if (!owned || system(owned) != 0) {
		fprintf(stderr, "failed: %s\n", owned);
		abort();
	}
}

/* A key of its own KIND, as tests/lib/make-key has them: SCRATCH/NAME.asc, SCRATCH/NAME.gpg. */
static inline void fixture_key(const char *scratch, const char *name, const char *kind)
{
	fixture_call(text_format("tests/lib/make-key %s %s %s", scratch, name, kind));
}

/* Sign PATH with it, as tests/lib/sign does; OPTIONS may be "". */
static inline void fixture_sign(const char *scratch, const char *name, const char *path,
				const char *options)
{
	fixture_call(text_format("tests/lib/sign %s %s %s %s", scratch, name, path, options));
}

/* The file NAME in SCRATCH. */
static inline struct bytes fixture_read_in(const char *scratch, const char *name)
{
	auto_free char *path = fixture_path(scratch, name);

	return fixture_read(path);
}

/* A keyring of the files of these names, up to NULL, that complains about none of them. */
static inline struct keyring *fixture_keyring(const char *scratch, const char *const *files)
{
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	struct keyring *keyring = NULL;

	if (keyring_new(NULL, &keyring) < 0)
		abort();
	for (; *files; files++) {
		auto_bytes struct bytes bytes = fixture_read_in(scratch, *files);

		if (keyring_add(keyring, &bytes, *files, &diagnostics) < 0 || diagnostics.count > 0)
			abort();
	}
	return keyring;
}
