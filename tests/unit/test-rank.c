/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "select/rank.h"

enum { WILDCARD, CLASS, VENDOR, DEVICE, SUBSYSTEM };

static void a_pattern_is_as_specific_as_its_best_field(void **state)
{
	static const struct {
		const char *pattern;
		int specificity;
	} cases[] = {
		{ "pci:v00008086d000010D3sv000015D9sd0000060Abc*sc*i*", SUBSYSTEM },
		{ "pci:v00008086d000010D3sv000015D9sd*bc*sc*i*", SUBSYSTEM },
		{ "pci:v*d*sv*sd0000060Abc*sc*i*", SUBSYSTEM },
		{ "pci:v00008086d000010D3sv*sd*bc*sc*i*", DEVICE },
		{ "pci:v00008086d000010D[38]sv*sd*bc*sc*i*", DEVICE },
		{ "pci:v00008086d[01]*sv*sd*bc*sc*i*", DEVICE },
		{ "pci:v*d000010D3sv*sd*bc*sc*i*", DEVICE },
		{ "pci:v000014E4d000043*sv*sd*bc*sc*i*", DEVICE },
		{ "pci:v00008086d*sv*sd*bc02sc00i00*", VENDOR },
		{ "pci:v00008086*", VENDOR },
		{ "pci:v0000808[67]d*", VENDOR },
		{ "pci:v*d*sv*sd*bc02sc*i*", CLASS },
		{ "pci:v*d*sv*sd*bc*sc*i02", CLASS },
		{ "pci:v*d*sv*sd*bc*sc*i*", WILDCARD },
		{ "pci:*", WILDCARD },
		{ "pci:", WILDCARD },
		{ "pci:v????????d*", WILDCARD },
		{ "usb:v046DpC52Bd*dc*dsc*dp*ic*isc*ip*in*", DEVICE },
		{ "usb:v046Dp*d*dc*dsc*dp*ic*isc*ip*in*", VENDOR },
		{ "usb:v046Dp*d*dc*dsc*dp*ic03isc01ip02in*", VENDOR },
		{ "usb:v*p*d*dc*dsc*dp*ic0Eisc01ip00in*", CLASS },
		{ "usb:v*p*d*dc*dsc*dp*ic*isc*ip*in*", WILDCARD },
		{ "usb:*", WILDCARD },
		{ "of:N*T*Cqcom,x1e80100-adsp-pasC*", VENDOR },
		{ "acpi*:PNP0501:*", DEVICE },
		{ "acpi:PNP0501:", DEVICE },
		{ "acpi:PNP050[12]:*", VENDOR },
		{ "virtio:d00000001v*", DEVICE },
		{ "virtio:d*v*", VENDOR },
		{ "platform:*", WILDCARD },
		{ "dmi:*:*", WILDCARD },
		{ "nvram", DEVICE },
		{ "char-major-195-*", DEVICE },
		{ "*", WILDCARD },
		{ "*:*", WILDCARD },
		{ "", DEVICE },
	};
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int got = rank_specificity(cases[i].pattern);

		if (got == cases[i].specificity)
			continue;
		print_error("'%s': wanted %d, got %d\n", cases[i].pattern, cases[i].specificity,
			    got);
		bad++;
	}
	assert_int_equal(bad, 0);
}

/* Damaged patterns may rank as they like, within the scale and without a stray read. */
static void a_cut_pattern_ranks_within_the_scale(void **state)
{
	static const char *const patterns[] = {
		"pci:v0000808[67]d*sv[", "usb:v046Dp[C", "pci:v[", "usb:vv", "of:[", "pci:v0d0sv\\",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++)
		for (size_t length = 0; length <= strlen(patterns[i]); length++) {
			auto_free char *cut = strndup(patterns[i], length);
			int got = rank_specificity(cut);

			if (got < WILDCARD || got > SUBSYSTEM)
				fail_msg("'%s': got %d", cut, got);
		}
}

/* A package and the order of its version; owned by nobody, NEVRAs are literals. */
struct contender {
	struct plan_package package;
	int version;
};

static struct contender contender(struct rank rank, int version, const char *nevra, int id)
{
	struct contender made = { .version = version };

	made.package.rank = rank;
	made.package.driver.nevra = (char *)(uintptr_t)nevra;
	made.package.driver.id = id;
	return made;
}

static int compare(const struct contender *left, const struct contender *right)
{
	return rank_compare(&left->package, &right->package,
			    (left->version > right->version) - (left->version < right->version));
}

/* Ranks that list_best_first() makes: of three policies and versions, and so on. */
#define RANKS (3 * 2 * 3 * 3 * 3 * 3)

/* Each is better than all behind it. */
static size_t list_best_first(struct contender *list)
{
	static const char *const nevras[] = { "a-1-1.x86_64", "b-1-1.x86_64" };
	size_t count = 0;

	/* Digits, most significant first, of a number that counts down: the parts in their order.
	 */
	for (int number = RANKS - 1; number >= 0; number--) {
		const struct rank rank = {
			.policy = number / 162 - 1,
			.trust = number / 81 % 2,
			.closeness = number / 27 % 3,
			.specificity = number / 9 % 3,
			.priority = 3 - number / 3 % 3,
		};

		for (int name = 0; name < 4; name++)
			list[count++] = contender(rank, number % 3, nevras[name / 2], 5 + name);
	}
	return count;
}

static void ranks_are_compared_field_by_field(void **state)
{
	static struct contender list[RANKS * 4];
	size_t count = list_best_first(list);

	(void)state;
	assert_int_equal(count, COUNT(list));
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order = compare(&list[i], &list[j]);
			int wanted = i < j ? -1 : i > j;

			if ((order > 0) - (order < 0) != wanted)
				fail_msg("%zu and %zu: wanted %d, got %d", i, j, wanted, order);
		}
}

static void what_decides_is_the_first_part_that_differs(void **state)
{
	static const struct {
		struct rank left, right;
		int version_order;
		const char *decider;
	} cases[] = {
		{ { .policy = -1, .trust = 1 }, { .policy = -2 }, -1, "policy" },
		{ { .policy = 2, .trust = 1 }, { .policy = 2, .closeness = 2 }, -1, "trust" },
		{ { .closeness = 2, .specificity = 1 }, { .specificity = 4 }, -1, "closeness" },
		{ { .specificity = 1 }, { .specificity = 4, .priority = 9 }, -1, "specificity" },
		{ { .priority = 1 }, { .priority = 99 }, -1, "priority" },
		{ { .priority = 99 }, { .priority = 99 }, 1, "version" },
		{ { .priority = 99 }, { .priority = 99 }, 0, "name" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct plan_package left = { .rank = cases[i].left };
		const struct plan_package right = { .rank = cases[i].right };

		assert_string_equal(rank_decider(&left, &right, cases[i].version_order),
				    cases[i].decider);
	}
}

static int compare_for_sort(const void *left, const void *right)
{
	return compare(left, right);
}

static void sorting_forgets_the_order_of_input(void **state)
{
	static struct contender list[RANKS * 4], shuffled[COUNT(list)];
	size_t count = list_best_first(list);
	unsigned int seed = 3;

	(void)state;
	for (int round = 0; round < 20; round++) {
		memcpy(shuffled, list, sizeof(list));
		for (size_t i = count - 1; i > 0; i--) {
			size_t other = (seed = seed * 1103515245U + 12345U) / 65536 % (i + 1);
			struct contender kept = shuffled[i];

			shuffled[i] = shuffled[other];
			shuffled[other] = kept;
		}
		qsort(shuffled, count, sizeof(*shuffled), compare_for_sort);
		assert_memory_equal(shuffled, list, sizeof(list));
	}
}

static void priorities_may_be_as_far_apart_as_numbers_go(void **state)
{
	struct contender near = contender((struct rank){ .priority = -5 }, 1, "a", 1);
	struct contender far = contender((struct rank){ .priority = 2000000000 }, 1, "a", 2);

	(void)state;
	assert_true(compare(&near, &far) < 0);
	assert_true(compare(&far, &near) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_is_as_specific_as_its_best_field),
		cmocka_unit_test(a_cut_pattern_ranks_within_the_scale),
		cmocka_unit_test(ranks_are_compared_field_by_field),
		cmocka_unit_test(what_decides_is_the_first_part_that_differs),
		cmocka_unit_test(sorting_forgets_the_order_of_input),
		cmocka_unit_test(priorities_may_be_as_far_apart_as_numbers_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
