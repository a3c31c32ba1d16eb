/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "trust/trust.h"

/* Of a package, and of what reaches it from the repository (TRUST_UNCHECKED: nothing does). */
static const struct {
	enum trust_status package, chain;
	enum trust_way decides;
} choices[] = {
	{ TRUST_GOOD, TRUST_UNCHECKED, TRUST_BY_PACKAGE },
	{ TRUST_GOOD, TRUST_GOOD, TRUST_BY_PACKAGE },
	{ TRUST_GOOD, TRUST_UNSIGNED, TRUST_BY_PACKAGE },
	{ TRUST_GOOD, TRUST_WEAK, TRUST_BY_PACKAGE },
	{ TRUST_GOOD, TRUST_BAD, TRUST_BY_REPOMD },
	{ TRUST_UNSIGNED, TRUST_UNCHECKED, TRUST_BY_PACKAGE },
	{ TRUST_UNSIGNED, TRUST_GOOD, TRUST_BY_REPOMD },
	{ TRUST_UNSIGNED, TRUST_CLOCK_UNSET, TRUST_BY_REPOMD },
	{ TRUST_UNSIGNED, TRUST_EXPIRED, TRUST_BY_PACKAGE },
	{ TRUST_UNSIGNED, TRUST_BAD, TRUST_BY_REPOMD },
	{ TRUST_UNKNOWN_KEY, TRUST_GOOD, TRUST_BY_REPOMD },
	{ TRUST_UNKNOWN_KEY, TRUST_UNKNOWN_KEY, TRUST_BY_PACKAGE },
	{ TRUST_UNSUPPORTED, TRUST_GOOD, TRUST_BY_REPOMD },
	{ TRUST_EXPIRED, TRUST_GOOD, TRUST_BY_PACKAGE },
	{ TRUST_WEAK, TRUST_GOOD, TRUST_BY_PACKAGE },
	{ TRUST_REVOKED, TRUST_GOOD, TRUST_BY_PACKAGE },
	{ TRUST_BAD, TRUST_GOOD, TRUST_BY_PACKAGE },
	{ TRUST_BAD, TRUST_BAD, TRUST_BY_PACKAGE },
	{ TRUST_UNCHECKED, TRUST_GOOD, TRUST_BY_PACKAGE },
};

static void a_repository_vouches_for_packages_that_nobody_else_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++) {
		const struct trust package = { .status = choices[i].package };
		const struct trust chain = { .status = choices[i].chain, .way = TRUST_BY_REPOMD };
		const struct trust *chosen =
			trust_choose(&package, chain.status == TRUST_UNCHECKED ? NULL : &chain);

		if (chosen->way != choices[i].decides)
			fail_msg("%s of a package, %s of its repository: by %s",
				 trust_status_id(package.status), trust_status_id(chain.status),
				 trust_way_id(chosen->way));
	}
}

static const struct {
	enum trust_status status;
	const char *id;
	bool good, bad;
} statuses[] = {
	{ TRUST_UNCHECKED, "unchecked", false, false },
	{ TRUST_UNSIGNED, "unsigned", false, false },
	{ TRUST_UNKNOWN_KEY, "unknown-key", false, false },
	{ TRUST_UNSUPPORTED, "unsupported", false, false },
	{ TRUST_EXPIRED, "expired", false, false },
	{ TRUST_WEAK, "weak", false, true },
	{ TRUST_CLOCK_UNSET, "clock-unset", true, false },
	{ TRUST_GOOD, "good", true, false },
	{ TRUST_REVOKED, "revoked", false, true },
	{ TRUST_BAD, "bad", false, true },
};

static void each_status_has_an_id_and_a_worth(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const struct trust trust = { .status = statuses[i].status };

		if (!text_equal(trust_status_id(trust.status), statuses[i].id) ||
		    trust_is_good(&trust) != statuses[i].good ||
		    trust_is_bad(&trust) != statuses[i].bad)
			fail_msg("%s", statuses[i].id);
	}
}

static void the_more_telling_one_is_kept_and_none_is_lost(void **state)
{
	struct trust good = { .status = TRUST_GOOD, .key = strdup("good") };
	struct trust weak = { .status = TRUST_WEAK, .key = strdup("weak") };

	(void)state;
	trust_prefer(&weak, &good);
	assert_string_equal(weak.key, "good");
	assert_string_equal(good.key, "weak");
	trust_prefer(&weak, &good);
	assert_string_equal(weak.key, "good");
	trust_done(&good);
	trust_done(&weak);
}

static void a_copy_is_its_own(void **state)
{
	struct trust trust = {
		TRUST_EXPIRED,   TRUST_BY_REPOMD, strdup("0123456789abcdef"),
		strdup("Owner"), "sha256",        strdup("its key expired on 2020-01-31"),
	};
	auto_trust struct trust copy = { 0 };

	(void)state;
	assert_int_equal(trust_copy(&trust, &copy), 0);
	trust_done(&trust);
	assert_int_equal(copy.status, TRUST_EXPIRED);
	assert_int_equal(copy.way, TRUST_BY_REPOMD);
	assert_string_equal(copy.key, "0123456789abcdef");
	assert_string_equal(copy.owner, "Owner");
	assert_string_equal(copy.hash, "sha256");
	assert_string_equal(copy.detail, "its key expired on 2020-01-31");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repository_vouches_for_packages_that_nobody_else_does),
		cmocka_unit_test(each_status_has_an_id_and_a_worth),
		cmocka_unit_test(the_more_telling_one_is_kept_and_none_is_lost),
		cmocka_unit_test(a_copy_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
