/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/chain.h"
#include "scratch.h"

/* tests/scenarios/trust.bats has signatures that count; here is what is between them. */
static struct source make_source(enum trust_status status)
{
	return (struct source){
		.kind = SOURCE_RPM_MD,
		.fd = -1,
		.trust = { .status = status, .way = TRUST_BY_REPOMD },
	};
}

static const struct {
	enum trust_status status;
	const char *type;
	enum trust_status after;
} links[] = {
	{ TRUST_GOOD, "sha256", TRUST_GOOD },       { TRUST_GOOD, "sha512", TRUST_GOOD },
	{ TRUST_GOOD, "sha1", TRUST_WEAK },         { TRUST_GOOD, "sha", TRUST_WEAK },
	{ TRUST_GOOD, "md5", TRUST_WEAK },          { TRUST_CLOCK_UNSET, "sha1", TRUST_WEAK },
	{ TRUST_UNSIGNED, "sha1", TRUST_UNSIGNED }, { TRUST_BAD, "sha1", TRUST_BAD },
};

static void a_chain_is_as_strong_as_its_weakest_link(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(links); i++) {
		struct source source = make_source(links[i].status);

		assert_int_equal(chain_check_link(&source, links[i].type), 0);
		if (source.trust.status != links[i].after)
			fail_msg("%s, %s: %s", trust_status_id(links[i].status), links[i].type,
				 trust_status_id(source.trust.status));
		if (links[i].status != links[i].after)
			assert_non_null(strstr(source.trust.detail, links[i].type));
		source_done(&source);
	}
}

static char some[] = "0123";

static const struct {
	const char *label;
	enum source_kind kind;
	char *checksum, *type;
	bool reached;
} ends[] = {
	{ "SHA-256", SOURCE_RPM_MD, some, (char[]){ "sha256" }, true },
	{ "SHA-512", SOURCE_RPM_MD, some, (char[]){ "sha512" }, true },
	{ "SHA-1", SOURCE_RPM_MD, some, (char[]){ "sha1" }, false },
	{ "MD5", SOURCE_RPM_MD, some, (char[]){ "md5" }, false },
	{ "none", SOURCE_RPM_MD, NULL, NULL, false },
	{ "a .solv file", SOURCE_SOLV, some, (char[]){ "sha256" }, false },
	{ "a directory", SOURCE_DIRECTORY, some, (char[]){ "sha256" }, false },
};

static void it_reaches_a_package_by_a_checksum_that_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct source source = make_source(TRUST_GOOD);
		const struct driver driver = {
			.checksum = ends[i].checksum,
			.checksum_type = ends[i].type,
		};

		source.kind = ends[i].kind;
		if (chain_reaches(&source, &driver) != (ends[i].reached ? &source.trust : NULL))
			fail_msg("%s", ends[i].label);
	}
}

static void a_signature_that_cannot_be_read_is_an_error(void **state)
{
	struct scratch scratch;
	struct source source = make_source(TRUST_UNCHECKED);
	struct bytes repomd = { (uint8_t *)some, 4 };

	(void)state;
	scratch_make(&scratch);
	scratch_folder(&scratch, "repodata/repomd.xml.asc");
	source.fd = dup(scratch.fd);
	assert_int_equal(chain_check_repomd(&source, &repomd, 0), 0);
	assert_int_equal(source.trust.status, TRUST_UNCHECKED);
	assert_int_equal(keyring_new(NULL, &source.keyring), 0);
	assert_int_equal(chain_check_repomd(&source, &repomd, 0), -EISDIR);
	source_done(&source);
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_as_strong_as_its_weakest_link),
		cmocka_unit_test(it_reaches_a_package_by_a_checksum_that_counts),
		cmocka_unit_test(a_signature_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
