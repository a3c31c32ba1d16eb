/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/cachefile.h"
#include "base/file-state.h"
#include "kernel/tree-cache.h"
#include "scratch.h"

#define SUBJECT "/lib/modules/6.4.0-1-default"

struct world {
	struct scratch scratch;
	struct cache_dir *cache;
	struct tree_listing listing;
};

static int world_make(void **state)
{
	static struct world world;
	struct diagnostics diagnostics = { 0 };
	auto_free char *path = NULL;

	world = (struct world){ 0 };
	scratch_make(&world.scratch);
	path = scratch_path(&world.scratch, "cache");
	assert_int_equal(cache_dir_open(path, "kernel", &world.cache, &diagnostics), 0);
	assert_non_null(world.cache);
	scratch_write(&world.scratch, "kernel/a.ko", "a");
	scratch_write(&world.scratch, "kernel/net/b.ko", "b");
	assert_int_equal(strings_add(&world.listing.folders, "kernel"), 0);
	assert_int_equal(strings_add(&world.listing.folders, "kernel/net"), 0);
	assert_int_equal(strings_add(&world.listing.files, "kernel/a.ko"), 0);
	assert_int_equal(strings_add(&world.listing.files, "kernel/net/b.ko"), 0);
	/* As if it had been listed long after all of this. */
	world.listing.begun.tv_sec = time(NULL) + 1000;
	*state = &world;
	return 0;
}

static int world_remove(void **state)
{
	struct world *world = *state;

	tree_listing_done(&world->listing);
	cache_dir_close(world->cache);
	scratch_remove(&world->scratch);
	return 0;
}

static void assert_list(const struct strings *wanted, const struct strings *got)
{
	assert_int_equal(got->count, wanted->count);
	for (size_t i = 0; i < wanted->count; i++)
		assert_string_equal(got->items[i], wanted->items[i]);
}

static void a_listing_that_was_kept_is_the_same(void **state)
{
	struct world *world = *state;
	auto_tree_listing struct tree_listing got = { 0 };

	tree_cache_keep(world->cache, SUBJECT, world->scratch.fd, &world->listing);
	assert_int_equal(tree_cache_find(world->cache, SUBJECT, world->scratch.fd, &got), 0);
	assert_list(&world->listing.folders, &got.folders);
	assert_list(&world->listing.files, &got.files);
}

static void add_file(const struct scratch *scratch)
{
	scratch_write(scratch, "kernel/net/c.ko", "c");
}

static void remove_file(const struct scratch *scratch)
{
	assert_int_equal(unlinkat(scratch->fd, "kernel/net/b.ko", 0), 0);
}

static void rename_file(const struct scratch *scratch)
{
	assert_int_equal(renameat(scratch->fd, "kernel/net/b.ko", scratch->fd, "kernel/net/c.ko"),
			 0);
}

static void put_link_there(const struct scratch *scratch)
{
	remove_file(scratch);
	scratch_link(scratch, "kernel/net/b.ko", "../a.ko");
}

static void add_folder(const struct scratch *scratch)
{
	scratch_folder(scratch, "kernel/more");
}

static void move_folder(const struct scratch *scratch)
{
	assert_int_equal(renameat(scratch->fd, "kernel/net", scratch->fd, "away"), 0);
}

static void exchange_folder(const struct scratch *scratch)
{
	scratch_write(scratch, "other/b.ko", "b");
	move_folder(scratch);
	assert_int_equal(renameat(scratch->fd, "other", scratch->fd, "kernel/net"), 0);
}

static void link_folder(const struct scratch *scratch)
{
	move_folder(scratch);
	scratch_link(scratch, "kernel/net", "../away");
}

static void every_change_of_a_name_is_noticed(void **state)
{
	static const struct {
		const char *label;
		void (*change)(const struct scratch *scratch);
	} cases[] = {
		{ "a file more", add_file },
		{ "a file less", remove_file },
		{ "another name", rename_file },
		{ "a link in place of a file", put_link_there },
		{ "a folder more", add_folder },
		{ "a folder less", move_folder },
		{ "another folder of that name", exchange_folder },
		{ "a link in place of a folder", link_folder },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_tree_listing struct tree_listing got = { 0 };
		struct world *world;

		print_message("%s\n", cases[i].label);
		world_remove(state);
		world_make(state);
		world = *state;
		/* Longer than any tick of the clock of files. */
		assert_int_equal(usleep(20000), 0);
		tree_cache_keep(world->cache, SUBJECT, world->scratch.fd, &world->listing);
		cases[i].change(&world->scratch);
		assert_true(tree_cache_find(world->cache, SUBJECT, world->scratch.fd, &got) < 0);
		assert_int_equal(got.files.count, 0);
	}
}

static void what_changed_shortly_before_it_was_listed_is_not_kept(void **state)
{
	struct world *world = *state;
	auto_tree_listing struct tree_listing got = { 0 };

	world->listing.begun.tv_sec = time(NULL);
	tree_cache_keep(world->cache, SUBJECT, world->scratch.fd, &world->listing);
	assert_int_equal(tree_cache_find(world->cache, SUBJECT, world->scratch.fd, &got), -ENOENT);
	tree_cache_keep(NULL, SUBJECT, world->scratch.fd, &world->listing);
	assert_int_equal(tree_cache_find(NULL, SUBJECT, world->scratch.fd, &got), -ENOENT);
}

static void content_that_makes_no_sense_is_no_listing(void **state)
{
	static const struct {
		const char *label;
		uint64_t state, folders, files;
		const char *text;
		size_t size;
	} cases[] = {
		{ "nothing", 0, 0, 0, "", 0 },
		{ "another state", 2, 0, 0, "x", 2 },
		{ "a state without an end", 1, 0, 0, "x", 1 },
		{ "more than there is", 2, 8, 8, "x\0kernel", 9 },
		{ "less than there is", 2, 7, 0, "x\0kernel\0a", 11 },
		{ "sizes that overflow", 2, UINT64_MAX - 1, 2, "x", 2 },
		{ "a state that is larger than all", UINT64_MAX, 2, 0, "x", 2 },
		{ "a folder without an end", 2, 6, 0, "x\0kernel", 8 },
		{ "a folder elsewhere", 2, 9, 0, "x\0../kernel", 11 },
		{ "a folder of the root", 2, 5, 0, "x\0/etc", 7 },
		{ "a folder without a name", 2, 1, 0, "x\0", 3 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cache_key key = { "tree", 1, SUBJECT, "" };
		const uint64_t head[] = { cases[i].state, cases[i].folders, cases[i].files };
		auto_cachefile_writer struct cachefile_writer *writer = NULL;
		auto_tree_listing struct tree_listing got = { 0 };

		print_message("%s\n", cases[i].label);
		assert_int_equal(cachefile_create(world->cache, &key, &writer), 0);
		cachefile_append(writer, head, sizeof(head));
		cachefile_append(writer, cases[i].text, cases[i].size);
		assert_int_equal(cachefile_commit(writer), 0);
		assert_true(tree_cache_find(world->cache, SUBJECT, world->scratch.fd, &got) < 0);
		assert_int_equal(got.folders.count + got.files.count, 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_listing_that_was_kept_is_the_same),
		TEST(every_change_of_a_name_is_noticed),
		TEST(what_changed_shortly_before_it_was_listed_is_not_kept),
		TEST(content_that_makes_no_sense_is_no_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
