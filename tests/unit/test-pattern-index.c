/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fnmatch.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "alias-fixture.h"
#include "base/text.h"
#include "packages/modalias-index.h"
#include "packages/pattern-index.h"

/* An index of PATTERNS, each with its place as its number. */
static struct pattern_builder *index_of(const struct strings *patterns, struct pattern_index *ret)
{
	struct pattern_builder *builder = NULL;

	assert_int_equal(pattern_builder_new(&builder), 0);
	for (size_t i = 0; i < patterns->count; i++)
		assert_int_equal(pattern_builder_add(builder, patterns->items[i], (uint32_t)i), 0);
	assert_int_equal(pattern_builder_finish(builder, ret), 0);
	return builder;
}

static bool has(const struct pattern_fits *fits, uint32_t number)
{
	for (size_t i = 0; i < fits->count; i++) {
		if (fits->numbers[i] == number)
			return true;
	}
	return false;
}

/* How many of PATTERNS fit MODALIAS: INDEX and fnmatch(3) have to agree on each. */
static size_t agreed_fits(const struct pattern_index *index, const struct strings *patterns,
			  const char *modalias)
{
	auto_pattern_fits struct pattern_fits fits = { 0 };
	size_t wanted = 0;

	assert_int_equal(pattern_index_find(index, modalias, &fits), 0);
	for (size_t i = 0; i < patterns->count; i++) {
		const char *pattern = patterns->items[i];
		bool fit = *pattern && fnmatch(pattern, modalias, 0) == 0;

		wanted += fit;
		if (fit != has(&fits, (uint32_t)i))
			fail_msg("'%s' and '%s': fnmatch says %d", pattern, modalias, fit);
	}
	if (fits.count != wanted)
		fail_msg("'%s': %zu, fnmatch has %zu", modalias, fits.count, wanted);
	return wanted;
}

static size_t check_pairs(const struct strings *patterns, const struct strings *modaliases)
{
	struct pattern_index index;
	auto_pattern_builder struct pattern_builder *builder = NULL;
	size_t fitted = 0;

	builder = index_of(patterns, &index);
	for (size_t i = 0; i < modaliases->count; i++)
		fitted += agreed_fits(&index, patterns, modaliases->items[i]);
	return fitted;
}

static void real_patterns_fit_as_fnmatch_says(void **state)
{
	auto_strings struct strings aliases = { 0 }, patterns = { 0 }, modaliases = { 0 };
	char text[ALIAS_SIZE];
	unsigned int seed = 5;

	(void)state;
	aliases_read(&aliases);
	for (size_t i = 0; i < 3000; i++) {
		const char *alias = any_of(&aliases, &seed);

		alias_derive(alias, &seed, text);
		assert_int_equal(strings_add(&patterns, i % 2 ? alias : text), 0);
	}
	for (size_t i = 0; i < 400; i++) {
		alias_fitted(any_of(i % 2 ? &aliases : &patterns, &seed), &seed, text);
		assert_int_equal(strings_add(&modaliases, text), 0);
	}
	assert_true(check_pairs(&patterns, &modaliases) > 200);
}

/* Up to LONGEST of LETTERS. */
static void add_random(struct strings *ret, const char *letters, unsigned int longest,
		       unsigned int *seed)
{
	char text[64] = "";
	unsigned int length = draw(seed, longest + 1);

	for (unsigned int i = 0; i < length; i++)
		text[i] = letters[draw(seed, (unsigned int)strlen(letters))];
	assert_int_equal(strings_add(ret, text), 0);
}

static void random_patterns_fit_as_fnmatch_says(void **state)
{
	static const struct {
		const char *patterns, *modaliases;
		unsigned int longest;
	} cases[] = {
		{ "ab*", "ab", 8 },
		{ "ab*?[]!\\-^", "ab]-*", 9 },
		{ "aaaaaabb*", "aaab", 14 },
		{ "ab:*[]\\", "ab:[]\\*", 12 },
		{ "\xff\x80*", "\xff\x80", 12 },
		{ "\xff\xff\xff\xff\xff*", "\xff", 12 },
	};
	unsigned int seed = 11;
	size_t fitted = 0;

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		auto_strings struct strings patterns = { 0 }, modaliases = { 0 };
		const size_t row = i % COUNT(cases);

		for (size_t j = 0; j < 400; j++) {
			add_random(&patterns, cases[row].patterns, cases[row].longest, &seed);
			add_random(&modaliases, cases[row].modaliases, 10, &seed);
		}
		fitted += check_pairs(&patterns, &modaliases);
	}
	assert_true(fitted > 10000);
}

/* As many as make buckets, and each kind that cannot stand in one. */
static void a_large_group_is_looked_up_by_its_pieces(void **state)
{
	static const char *const odd[] = {
		"pci:v*",
		"pci:v*d*",
		"pci:v[*]*d00000007*",
		"pci:v\\*d00000007*",
		"pci:v?d00000007*",
		"pci:v*0000000?",
		"pci:v*0007[a",
		"pci:v*\xff\xff\xff\xff",
		"pci:v*0007d*0007*",
		"pci:v",
	};
	auto_strings struct strings patterns = { 0 };
	struct pattern_index index;
	auto_pattern_builder struct pattern_builder *builder = NULL;

	(void)state;
	for (int i = 0; i < 500; i++)
		assert_int_equal(strings_addf(&patterns, "pci:v*d%08X*", i), 0);
	for (size_t i = 0; i < COUNT(odd); i++)
		assert_int_equal(strings_add(&patterns, odd[i]), 0);
	builder = index_of(&patterns, &index);
	assert_true(index.bucket_count > 500);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:v1d00000007sv0"), 4);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:v*d00000007sv0"), 6);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:v"), 2);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:v0007[a"), 2);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:v\xff\xff\xff\xff"), 2);
	assert_int_equal(agreed_fits(&index, &patterns, "pci:"), 0);
}

static void each_pattern_is_found_once_for_all_modaliases(void **state)
{
	auto_strings struct strings patterns = { 0 };
	auto_pattern_fits struct pattern_fits fits = { 0 };
	struct pattern_index index, other;
	auto_pattern_builder struct pattern_builder *builder = NULL, *none = NULL;

	(void)state;
	assert_int_equal(strings_add(&patterns, "a*"), 0);
	assert_int_equal(strings_add(&patterns, ""), 0);
	assert_int_equal(strings_add(&patterns, "ab*"), 0);
	builder = index_of(&patterns, &index);
	assert_int_equal(pattern_index_find(&index, "ac", &fits), 0);
	assert_int_equal(pattern_index_find(&index, "ab", &fits), 0);
	assert_int_equal(pattern_index_find(&index, "a", &fits), 0);
	assert_int_equal(fits.count, 2);
	assert_int_equal(fits.numbers[0], 0);
	assert_int_equal(fits.numbers[1], 2);
	none = index_of(&(struct strings){ 0 }, &other);
	assert_int_equal(pattern_index_find(&other, "a", &fits), -EINVAL);
	pattern_fits_done(&fits);
	assert_int_equal(pattern_index_find(&other, "a", &fits), 0);
	assert_int_equal(fits.count, 0);
}

/* The arrays in memory of their own, so that a sanitizer sees what lies behind each. */
struct copy {
	struct pattern_group *groups;
	struct pattern_entry *entries;
	uint32_t *buckets;
	char *text;
	struct pattern_index index;
};

static void *copied(const void *from, size_t size)
{
	char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	if (size)
		memcpy(copy, from, size);
	return copy;
}

static struct copy copy_of(const struct pattern_index *index)
{
	struct copy copy = {
		.groups = copied(index->groups, (index->group_count + 1) * sizeof(*copy.groups)),
		.entries = copied(index->entries, (index->entry_count + 1) * sizeof(*copy.entries)),
		.buckets = copied(index->buckets, index->bucket_count * sizeof(*copy.buckets)),
		.text = copied(index->text, index->text_size),
		.index = *index,
	};

	copy.index.groups = copy.groups;
	copy.index.entries = copy.entries;
	copy.index.buckets = copy.buckets;
	copy.index.text = copy.text;
	return copy;
}

static void copy_done(struct copy *copy)
{
	free(copy->groups);
	free(copy->entries);
	free(copy->buckets);
	free(copy->text);
}

/* Some numbers of SIZE bytes at MEMORY changed: a bit, a small number, or any. */
static void damage(void *memory, size_t size, unsigned int *seed)
{
	for (unsigned int i = size / sizeof(uint32_t) ? 1 + draw(seed, 4) : 0; i; i--) {
		size_t at = (draw(seed, 65536) * 65536UL + draw(seed, 65536)) % (size / 4) * 4;
		uint32_t value;

		memcpy(&value, (char *)memory + at, sizeof(value));
		switch (draw(seed, 3)) {
		case 0:
			value ^= 1U << draw(seed, 32);
			break;
		case 1:
			value = draw(seed, 64);
			break;
		default:
			value = draw(seed, 65536) << 16 | draw(seed, 65536);
		}
		memcpy((char *)memory + at, &value, sizeof(value));
	}
}

/* Which is answered or refused, whatever the answer. */
static void ask_all(const struct pattern_index *index, const struct strings *modaliases,
		    unsigned int *refused)
{
	auto_pattern_fits struct pattern_fits fits = { 0 };

	for (size_t i = 0; i < modaliases->count; i++) {
		int r = pattern_index_find(index, modaliases->items[i], &fits);

		assert_true(r == 0 || r == -EBADMSG);
		*refused += r < 0;
	}
	assert_true(fits.count <= index->entry_count);
}

static void make_world(struct strings *patterns, struct strings *modaliases)
{
	auto_strings struct strings aliases = { 0 };
	char text[ALIAS_SIZE];
	unsigned int seed = 9;

	aliases_read(&aliases);
	for (size_t i = 0; i < 600; i++)
		assert_int_equal(strings_add(patterns, any_of(&aliases, &seed)), 0);
	for (size_t i = 0; i < 20; i++) {
		alias_fitted(any_of(patterns, &seed), &seed, text);
		assert_int_equal(strings_add(modaliases, text), 0);
	}
}

static void damaged_arrays_are_refused_or_answered(void **state)
{
	auto_strings struct strings patterns = { 0 }, modaliases = { 0 };
	auto_pattern_builder struct pattern_builder *builder = NULL;
	struct pattern_index index;
	unsigned int seed = 13, refused = 0;

	(void)state;
	make_world(&patterns, &modaliases);
	builder = index_of(&patterns, &index);
	for (unsigned int i = 0; i < 4000; i++) {
		struct copy copy = copy_of(&index);

		damage(copy.groups, index.group_count * sizeof(*copy.groups), &seed);
		damage(copy.entries, index.entry_count * sizeof(*copy.entries), &seed);
		damage(copy.buckets, index.bucket_count * sizeof(*copy.buckets), &seed);
		damage(copy.text, index.text_size, &seed);
		ask_all(&copy.index, &modaliases, &refused);
		copy_done(&copy);
	}
	assert_true(refused > 100);
}

static void random_arrays_are_refused_or_answered(void **state)
{
	static const char *const texts[] = { "", "pci:v00008086d1sv2", "\x01\x02\x03\x04\x05" };
	auto_strings struct strings modaliases = { 0 };
	unsigned int seed = 17, refused = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(strings_add(&modaliases, texts[i]), 0);
	for (unsigned int i = 0; i < 30000; i++) {
		uint32_t bytes[512];
		const struct pattern_index shape = {
			.groups = (const void *)bytes,
			.entries = (const void *)bytes,
			.buckets = bytes,
			.text = (const void *)bytes,
			.group_count = draw(&seed, 8),
			.entry_count = draw(&seed, 64),
			.bucket_count = draw(&seed, 64),
			.text_size = draw(&seed, 256),
		};
		unsigned int most = 1U << draw(&seed, 16);
		struct copy copy;

		for (size_t j = 0; j < COUNT(bytes); j++)
			bytes[j] = draw(&seed, most);
		copy = copy_of(&shape);
		ask_all(&copy.index, &modaliases, &refused);
		copy_done(&copy);
	}
	assert_true(refused > 1000 && refused < 3 * 30000);
}

/* Memory that cannot be read before it was asked for, as a file whose checksum is not known yet. */
struct locked {
	char *memory;
	size_t size, pages;
	size_t refuse; /* the question that is answered with no, counted down; 0: none */
};

static bool unlock(void *context, const void *at, size_t size)
{
	struct locked *locked = context;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t from = (size_t)((const char *)at - locked->memory);
	size_t first = from / page, last = (from + (size ? size - 1 : 0)) / page;

	assert_true(from <= locked->size && size <= locked->size - from);
	if (locked->refuse && --locked->refuse == 0)
		return false;
	if (size)
		assert_int_equal(mprotect(locked->memory + first * page, (last - first + 1) * page,
					  PROT_READ),
				 0);
	locked->pages += last - first + 1;
	return true;
}

static const void *put(struct locked *locked, const void *from, size_t size)
{
	void *at = locked->memory + locked->size;

	memcpy(at, from, size);
	locked->size += (size + 7) / 8 * 8;
	return at;
}

static struct pattern_index lock(const struct pattern_index *index, struct locked *locked)
{
	struct pattern_index copy = *index;
	size_t room = 8U << 20;

	locked->memory =
		mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(locked->memory != MAP_FAILED);
	copy.groups =
		put(locked, index->groups, (index->group_count + 1UL) * sizeof(*index->groups));
	copy.entries =
		put(locked, index->entries, (index->entry_count + 1UL) * sizeof(*index->entries));
	copy.buckets = put(locked, index->buckets, index->bucket_count * sizeof(*index->buckets));
	copy.text = put(locked, index->text, index->text_size);
	copy.may_read = unlock;
	copy.context = locked;
	assert_int_equal(mprotect(locked->memory, room, PROT_NONE), 0);
	return copy;
}

static void nothing_is_read_that_may_not_be_read(void **state)
{
	auto_strings struct strings aliases = { 0 };
	auto_pattern_builder struct pattern_builder *builder = NULL;
	struct pattern_index index, guarded;
	struct locked locked = { 0 };
	char text[ALIAS_SIZE];
	unsigned int seed = 19;
	size_t asked = 0, found = 0;

	(void)state;
	aliases_read(&aliases);
	builder = index_of(&aliases, &index);
	guarded = lock(&index, &locked);
	for (size_t i = 0; i < 14; i++) {
		auto_pattern_fits struct pattern_fits fits = { 0 };

		alias_fitted(any_of(&aliases, &seed), &seed, text);
		assert_int_equal(pattern_index_find(&guarded, text, &fits), 0);
		found += fits.count;
	}
	assert_true(found > 0);
	/* Each no is handed on, wherever it comes. */
	for (size_t refuse = 1;; refuse++, asked++) {
		auto_pattern_fits struct pattern_fits fits = { 0 };
		int r;

		locked.refuse = refuse;
		r = pattern_index_find(&guarded, text, &fits);
		if (locked.refuse)
			break;
		assert_int_equal(r, -EBADMSG);
	}
	assert_true(asked > 3);
	munmap(locked.memory, 8U << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_patterns_fit_as_fnmatch_says),
		cmocka_unit_test(random_patterns_fit_as_fnmatch_says),
		cmocka_unit_test(a_large_group_is_looked_up_by_its_pieces),
		cmocka_unit_test(each_pattern_is_found_once_for_all_modaliases),
		cmocka_unit_test(damaged_arrays_are_refused_or_answered),
		cmocka_unit_test(random_arrays_are_refused_or_answered),
		cmocka_unit_test(nothing_is_read_that_may_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
