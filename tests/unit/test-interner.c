/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/interner.h"

#define MANY 20000

static void add(struct interner *interner, const char *text, struct interned **ret)
{
	assert_int_equal(interner_add(interner, text, strlen(text), ret), 0);
}

static void a_string_is_kept_once(void **state)
{
	AUTO(interner_done) struct interner interner = { .max = 1 << 20 };
	struct interned *interned;
	size_t size = 0;
	char text[32];

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < MANY; i++) {
			snprintf(text, sizeof(text), "ksym(default:s%u)", i);
			add(&interner, text, &interned);
			assert_string_equal(interner.text + interned->at, text);
			assert_int_equal(interned->hash, interner_hash(text, strlen(text)));
			assert_int_equal(interned->value, round ? i + 1 : 0);
			interned->value = i + 1;
		}
		if (round)
			assert_int_equal(interner.size, size);
		size = interner.size;
	}
}

static void parts_of_strings_are_strings_of_their_own(void **state)
{
	static const char *const texts[] = { "abcdefgh", "abcdefg", "abcdefghi", "a", "" };
	AUTO(interner_done) struct interner interner = { .max = 1 << 20 };
	struct interned *interned;
	uint32_t at[COUNT(texts)];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		add(&interner, texts[i], &interned);
		at[i] = interned->at;
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_string_equal(interner.text + at[i], texts[i]);
		add(&interner, texts[i], &interned);
		assert_int_equal(interned->at, at[i]);
	}
	assert_int_equal(at[4], 0);
}

/* The odd number whose product with ODD is 1, by Newton's method. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t inverse = odd;

	for (unsigned int i = 0; i < 6; i++)
		inverse *= 2 - odd * inverse;
	return inverse;
}

/* Eight bytes whose hash is 0x12345678, another for each LOW: interner_hash() the other way. */
static void text_with_that_hash(uint32_t low, char ret[9])
{
	uint64_t hash = 0x1234567800000000U | low;
	uint64_t stir = 0x9e3779b97f4a7c15U;

	hash *= inverse(stir);
	hash ^= hash >> 29 ^ hash >> 58;
	hash = hash * inverse(0xc6a4a7935bd1e995U) ^ 8 * stir;
	memcpy(ret, &hash, 8);
	ret[8] = '\0';
}

static void strings_of_one_hash_cost_no_more_than_others(void **state)
{
	AUTO(interner_done) struct interner interner = { .max = 1 << 20 };
	struct interned *interned;
	unsigned int added = 0;
	char text[9];

	(void)state;
	for (uint32_t low = 0; low < MANY; low++) {
		text_with_that_hash(low, text);
		if (strlen(text) != 8)
			continue;
		assert_int_equal(interner_hash(text, 8), 0x12345678);
		add(&interner, text, &interned);
		assert_string_equal(interner.text + interned->at, text);
		added++;
	}
	assert_true(added > 1000);
	/* What did not find a place was not put among the others, either. */
	assert_true(interner.used < 100);
}

static void a_full_text_takes_no_more(void **state)
{
	AUTO(interner_done) struct interner interner = { .max = 10 };
	struct interned *interned;
	uint32_t at;

	(void)state;
	assert_int_equal(interner_add(&interner, "123456789", 9, &interned), -EFBIG);
	add(&interner, "12345678", &interned);
	assert_int_equal(interner_append(&interner, "", 0, &at), -EFBIG);
	add(&interner, "12345678", &interned);
	assert_int_equal(interned->at, 1);
	interner_clear(&interner);
	add(&interner, "87654321", &interned);
	assert_string_equal(interner.text + interned->at, "87654321");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_is_kept_once),
		cmocka_unit_test(parts_of_strings_are_strings_of_their_own),
		cmocka_unit_test(strings_of_one_hash_cost_no_more_than_others),
		cmocka_unit_test(a_full_text_takes_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
