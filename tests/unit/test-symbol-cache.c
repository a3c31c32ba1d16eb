/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/cachefile.h"
#include "kernel/symbol-cache.h"
#include "scratch.h"

#define SUBJECT    "/lib/modules/6.4.0-1-default"
#define MANY       5000
#define HEAD_WORDS 2
#define ROW_SIZE   32

/* Long ago. */
static const struct file_state settled = { .sum = 1, .size = 2, .count = 3, .last = { 4, 5 } };

struct world {
	struct scratch scratch;
	struct cache_dir *cache;
};

static int world_make(void **state)
{
	static struct world world;
	struct diagnostics diagnostics = { 0 };
	auto_free char *path = NULL;

	scratch_make(&world.scratch);
	path = scratch_path(&world.scratch, "cache");
	assert_int_equal(cache_dir_open(path, "kernel", &world.cache, &diagnostics), 0);
	assert_non_null(world.cache);
	*state = &world;
	return 0;
}

static int world_remove(void **state)
{
	struct world *world = *state;

	cache_dir_close(world->cache);
	scratch_remove(&world->scratch);
	return 0;
}

static const struct symbol samples[] = {
	{ .name = "printk", .exporter = "vmlinux", .crc = 0x1111, .has_crc = true },
	{ .name = "usb_register",
	  .exporter = "usbcore",
	  .crc = 0,
	  .has_crc = true,
	  .gpl_only = true,
	  .kind_known = true },
	{ .name = "dma_buf_get", .name_space = "DMA_BUF", .kind_known = true },
	{ .name = "alone" },
};

static struct symbol_table *make_table(size_t more)
{
	struct symbol_table *table = symbol_table_new();

	assert_non_null(table);
	for (size_t i = 0; i < COUNT(samples); i++)
		assert_int_equal(symbol_table_add(table, &samples[i]), 0);
	for (size_t i = 0; i < more; i++) {
		auto_free char *name = text_format("symbol_%zu", i);
		const struct symbol symbol = { .name = name, .crc = (uint32_t)i, .has_crc = true };

		assert_int_equal(symbol_table_add(table, &symbol), 0);
	}
	return table;
}

static void assert_text(const char *wanted, const char *got)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void assert_same(const struct symbol_table *wanted, const struct symbol_table *got)
{
	const struct symbol *symbol;
	size_t i;

	for (i = 0; (symbol = symbol_table_at(wanted, i)); i++) {
		const struct symbol *other = symbol_table_at(got, i);

		assert_non_null(other);
		assert_text(symbol->name, other->name);
		assert_text(symbol->exporter, other->exporter);
		assert_text(symbol->name_space, other->name_space);
		assert_int_equal(symbol->crc, other->crc);
		assert_int_equal(symbol->has_crc, other->has_crc);
		assert_int_equal(symbol->gpl_only, other->gpl_only);
		assert_int_equal(symbol->kind_known, other->kind_known);
		assert_int_equal(symbol->absent, other->absent);
		assert_ptr_equal(symbol_table_find(got, symbol->name), other);
	}
	assert_null(symbol_table_at(got, i));
	assert_int_equal(symbol_table_count(got), symbol_table_count(wanted));
}

static void a_table_that_was_kept_is_the_same(void **state)
{
	struct world *world = *state;
	auto_symbol_table struct symbol_table *table = make_table(MANY);
	auto_symbol_table struct symbol_table *got = NULL;

	symbol_cache_keep(world->cache, SUBJECT, &settled, table);
	assert_int_equal(symbol_cache_find(world->cache, SUBJECT, &settled, &got), 0);
	assert_same(table, got);
}

static void an_empty_table_is_kept_too(void **state)
{
	struct world *world = *state;
	auto_symbol_table struct symbol_table *table = symbol_table_new();
	auto_symbol_table struct symbol_table *got = NULL;

	symbol_cache_keep(world->cache, SUBJECT, &settled, table);
	assert_int_equal(symbol_cache_find(world->cache, SUBJECT, &settled, &got), 0);
	assert_null(symbol_table_at(got, 0));
	assert_null(symbol_table_find(got, "printk"));
}

static void what_is_kept_can_be_completed_and_added_to(void **state)
{
	struct world *world = *state;
	auto_symbol_table struct symbol_table *table = make_table(0), *got = NULL;
	const struct symbol more[] = {
		{ .name = "alone", .exporter = "late", .crc = 7, .has_crc = true },
		{ .name = "another", .exporter = "vmlinux" },
	};

	symbol_cache_keep(world->cache, SUBJECT, &settled, table);
	assert_int_equal(symbol_cache_find(world->cache, SUBJECT, &settled, &got), 0);
	for (size_t i = 0; i < COUNT(more); i++) {
		assert_int_equal(symbol_table_add(table, &more[i]), 0);
		assert_int_equal(symbol_table_add(got, &more[i]), 0);
	}
	assert_same(table, got);
	assert_string_equal(symbol_table_find(got, "alone")->exporter, "late");
}

static void only_the_very_state_of_the_very_subject_is_found(void **state)
{
	static const struct {
		const char *label, *subject;
		struct file_state state;
	} cases[] = {
		{ "another subject", "/lib/modules/6.4.0-2-default", { 1, 2, 3, { 4, 5 } } },
		{ "another sum", SUBJECT, { 9, 2, 3, { 4, 5 } } },
		{ "another size", SUBJECT, { 1, 9, 3, { 4, 5 } } },
		{ "another count", SUBJECT, { 1, 2, 9, { 4, 5 } } },
		{ "another second", SUBJECT, { 1, 2, 3, { 9, 5 } } },
		{ "another nanosecond", SUBJECT, { 1, 2, 3, { 4, 9 } } },
	};
	struct world *world = *state;
	auto_symbol_table struct symbol_table *table = make_table(0), *got = NULL;

	symbol_cache_keep(world->cache, SUBJECT, &settled, table);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].label);
		assert_true(symbol_cache_find(world->cache, cases[i].subject, &cases[i].state,
					      &got) < 0);
		assert_null(got);
	}
}

static void what_changed_just_now_is_not_kept(void **state)
{
	struct world *world = *state;
	const struct file_state now = { .last = { .tv_sec = time(NULL) } };
	auto_symbol_table struct symbol_table *table = make_table(0), *got = NULL;

	symbol_cache_keep(world->cache, SUBJECT, &now, table);
	assert_int_equal(symbol_cache_find(world->cache, SUBJECT, &now, &got), -ENOENT);
	symbol_cache_keep(NULL, SUBJECT, &settled, table);
	assert_int_equal(symbol_cache_find(NULL, SUBJECT, &settled, &got), -ENOENT);
}

/* Keep bytes that no writer of ours would have written, with good checksums. */
static void plant(struct world *world, uint64_t count, uint64_t text_size, const uint32_t *words,
		  size_t word_count, const char *texts, size_t size)
{
	auto_free char *text = file_state_text(&settled);
	const struct cache_key key = { "symbols", 1, SUBJECT, text };
	const uint64_t head[HEAD_WORDS] = { count, text_size };
	auto_cachefile_writer struct cachefile_writer *writer = NULL;

	assert_int_equal(cachefile_create(world->cache, &key, &writer), 0);
	cachefile_append(writer, head, sizeof(head));
	cachefile_append(writer, words, word_count * sizeof(*words));
	cachefile_append(writer, texts, size);
	assert_int_equal(cachefile_commit(writer), 0);
}

static void content_that_makes_no_sense_is_no_table(void **state)
{
	/* hash (2 words), name, exporter, namespace, CRC, flags, nothing */
	static const struct {
		const char *label;
		uint64_t count, text_size;
		uint32_t row[ROW_SIZE / 4];
		size_t words;
		const char *texts;
		size_t size;
		int r;
	} cases[] = {
		{ "as it should be", 1, 3, { 1, 0, 1, 0, 0, 5 }, 8, "\0a", 3, 0 },
		{ "no texts", 1, 0, { 1, 0, 1 }, 8, "", 0, -EBADMSG },
		{ "a text without an end", 1, 3, { 1, 0, 1 }, 8, "\0ab", 3, -EBADMSG },
		{ "a name behind the texts", 1, 3, { 1, 0, 3 }, 8, "\0a", 3, -EBADMSG },
		{ "no name", 1, 3, { 1, 0, 0 }, 8, "\0a", 3, -EBADMSG },
		{ "an exporter far off", 1, 3, { 1, 0, 1, 0x80000000 }, 8, "\0a", 3, -EBADMSG },
		{ "a namespace far off", 1, 3, { 1, 0, 1, 1, UINT32_MAX }, 8, "\0a", 3, -EBADMSG },
		{ "more rows than there are", 2, 3, { 1, 0, 1 }, 8, "\0a", 3, -EBADMSG },
		{ "fewer rows", 0, 3, { 1, 0, 1 }, 8, "\0a", 3, -EBADMSG },
		{ "as many as overflow",
		  UINT64_MAX / ROW_SIZE + 2,
		  3,
		  { 1 },
		  8,
		  "\0a",
		  3,
		  -EBADMSG },
		{ "texts that overflow", 1, UINT64_MAX - 30, { 1 }, 8, "\0a", 3, -EBADMSG },
		{ "nothing", 0, 0, { 0 }, 0, "", 0, -EBADMSG },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_symbol_table struct symbol_table *got = NULL;

		print_message("%s\n", cases[i].label);
		plant(*state, cases[i].count, cases[i].text_size, cases[i].row, cases[i].words,
		      cases[i].texts, cases[i].size);
		assert_int_equal(
			symbol_cache_find(((struct world *)*state)->cache, SUBJECT, &settled, &got),
			cases[i].r);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_table_that_was_kept_is_the_same),
		TEST(an_empty_table_is_kept_too),
		TEST(what_is_kept_can_be_completed_and_added_to),
		TEST(only_the_very_state_of_the_very_subject_is_found),
		TEST(what_changed_just_now_is_not_kept),
		TEST(content_that_makes_no_sense_is_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
