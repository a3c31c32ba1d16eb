/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fnmatch.h>

#include "alias-fixture.h"
#include "packages/modalias-index.h"

static void what_fits_comes_in_order_of_text_and_place(void **state)
{
	static const char *const texts[] = { "b:1", "a:2", "b:1", "a:1" };
	static const size_t order[] = { 3, 1, 0, 2 };
	auto_strings struct strings modaliases = { 0 };
	auto_modalias_index struct modalias_index *index = NULL;
	struct modalias_search search;
	size_t place;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(strings_add(&modaliases, texts[i]), 0);
	assert_int_equal(modalias_index_new(&modaliases, &index), 0);
	search = modalias_index_search(index, "?:[12]");
	for (size_t i = 0; i < COUNT(order); i++) {
		assert_true(modalias_search_next(&search, &place));
		assert_int_equal(place, order[i]);
	}
	assert_false(modalias_search_next(&search, &place));
	search = modalias_index_search(index, "b:*");
	assert_true(modalias_search_next(&search, &place));
	assert_int_equal(place, 0);
}

static void an_empty_pattern_and_an_empty_machine_fit_nothing(void **state)
{
	auto_strings struct strings modaliases = { 0 };
	auto_modalias_index struct modalias_index *none = NULL, *index = NULL;

	(void)state;
	assert_int_equal(modalias_index_new(&modaliases, &none), 0);
	assert_false(modalias_index_any(none, "*"));
	assert_false(modalias_index_any(none, ""));
	assert_int_equal(strings_add(&modaliases, ""), 0);
	assert_int_equal(modalias_index_new(&modaliases, &index), 0);
	assert_false(modalias_index_any(index, ""));
	assert_true(modalias_index_any(index, "*"));
}

static size_t fits_of(const struct modalias_index *index, const char *pattern)
{
	struct modalias_search search = modalias_index_search(index, pattern);
	size_t place, count = 0;

	while (modalias_search_next(&search, &place))
		count++;
	return count;
}

static void real_aliases_fit_as_fnmatch_says(void **state)
{
	auto_strings struct strings aliases = { 0 }, modaliases = { 0 };
	auto_modalias_index struct modalias_index *index = NULL;
	char text[ALIAS_SIZE];
	unsigned int seed = 5;
	size_t fitted = 0;

	(void)state;
	aliases_read(&aliases);
	for (size_t i = 0; i < 300; i++) {
		alias_fitted(any_of(&aliases, &seed), &seed, text);
		assert_int_equal(strings_add(&modaliases, text), 0);
	}
	assert_int_equal(modalias_index_new(&modaliases, &index), 0);
	for (size_t i = 0; i < 4000; i++) {
		const char *pattern = aliases.items[i * 7 % aliases.count];
		size_t wanted = 0, found = fits_of(index, pattern);

		for (size_t j = 0; j < modaliases.count; j++)
			wanted += fnmatch(pattern, modaliases.items[j], 0) == 0;
		if (found != wanted || modalias_index_any(index, pattern) != (wanted > 0))
			fail_msg("%s: %zu, fnmatch has %zu", pattern, found, wanted);
		fitted += found;
	}
	assert_true(fitted > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_comes_in_order_of_text_and_place),
		cmocka_unit_test(an_empty_pattern_and_an_empty_machine_fit_nothing),
		cmocka_unit_test(real_aliases_fit_as_fnmatch_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
