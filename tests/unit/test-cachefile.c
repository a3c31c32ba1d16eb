/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/array.h"
#include "base/cachefile.h"
#include "base/limits.h"
#include "scratch.h"

/* As cachefile.c has them. */
#define PAGE  4096
#define BLOCK 16384

static const struct cache_key usual = {
	.kind = "thing",
	.format = 3,
	.subject = "/some/place",
	.state = "as it is now",
};

struct world {
	struct scratch scratch;
	struct cache_dir *dir;
	struct diagnostics diagnostics;
};

static int world_make(void **state)
{
	static struct world world;
	auto_free char *path = NULL;

	world = (struct world){ 0 };
	scratch_make(&world.scratch);
	path = scratch_path(&world.scratch, "cache");
	assert_int_equal(cache_dir_open(path, "part", &world.dir, &world.diagnostics), 0);
	assert_non_null(world.dir);
	assert_int_equal(world.diagnostics.count, 0);
	*state = &world;
	return 0;
}

static int world_remove(void **state)
{
	struct world *world = *state;

	cache_dir_close(world->dir);
	diagnostics_done(&world->diagnostics);
	scratch_remove(&world->scratch);
	return 0;
}

static uint8_t sample_at(size_t i)
{
	return (uint8_t)(i * 31 + i / 251);
}

/* SIZE bytes, in pieces of PIECE. */
static int keep(struct world *world, const struct cache_key *key, size_t size, size_t piece)
{
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	auto_free uint8_t *data = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		data[i] = sample_at(i);
	assert_int_equal(cachefile_create(world->dir, key, &writer), 0);
	for (size_t i = 0; i < size; i += piece)
		cachefile_append(writer, data + i, size - i < piece ? size - i : piece);
	assert_int_equal(cachefile_written(writer), size);
	return cachefile_commit(writer);
}

static void assert_sample(struct cachefile *file, size_t offset, size_t size)
{
	const uint8_t *got = cachefile_at(file, offset, size);

	assert_non_null(got);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(got[i], sample_at(offset + i));
}

/* What lies in the folder, but for its own name and that above it. */
static size_t count_files(const struct world *world)
{
	auto_strings struct strings names = { 0 };

	assert_int_equal(dir_names(cache_dir_fd(world->dir), &names), 0);
	return names.count;
}

/* The name of the one file there. */
static char *only_name(const struct world *world)
{
	auto_strings struct strings names = { 0 };

	assert_int_equal(dir_names(cache_dir_fd(world->dir), &names), 0);
	assert_int_equal(names.count, 1);
	return strdup(names.items[0]);
}

static int try_open(struct world *world, const struct cache_key *key)
{
	auto_cachefile struct cachefile *file = NULL;

	return cachefile_open(world->dir, key, &file);
}

static void what_was_kept_is_read_back(void **state)
{
	static const size_t sizes[] = { 0,         1,         PAGE,           BLOCK - 1,
					BLOCK,     BLOCK + 1, 16 * BLOCK - 1, 16 * BLOCK,
					40 * BLOCK };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		auto_cachefile struct cachefile *file = NULL;

		assert_int_equal(keep(*state, &usual, sizes[i], 1000 + i), 0);
		assert_int_equal(cachefile_open(((struct world *)*state)->dir, &usual, &file), 0);
		assert_int_equal(cachefile_size(file), sizes[i]);
		assert_sample(file, sizes[i] / 2, sizes[i] - sizes[i] / 2);
		assert_sample(file, 0, sizes[i]);
		assert_sample(file, 0, sizes[i]);
		assert_null(cachefile_at(file, 0, sizes[i] + 1));
		assert_null(cachefile_at(file, sizes[i] + 1, 0));
		assert_null(cachefile_at(file, 1, SIZE_MAX));
		assert_int_equal((uintptr_t)cachefile_at(file, 0, 0) % PAGE, 0);
	}
	assert_int_equal(count_files(*state), 1);
}

static void alignment_is_made_of_zeros(void **state)
{
	struct world *world = *state;
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	auto_cachefile struct cachefile *file = NULL;
	const uint8_t *content;

	assert_int_equal(cachefile_create(world->dir, &usual, &writer), 0);
	cachefile_append(writer, "abc", 3);
	cachefile_align(writer, 4096);
	assert_int_equal(cachefile_written(writer), 4096);
	cachefile_align(writer, 4096);
	cachefile_append(writer, "d", 1);
	assert_int_equal(cachefile_commit(writer), 0);
	assert_int_equal(cachefile_open(world->dir, &usual, &file), 0);
	assert_int_equal(cachefile_size(file), 4097);
	content = cachefile_at(file, 0, 4097);
	assert_memory_equal(content, "abc", 4);
	for (size_t i = 3; i < 4096; i++)
		assert_int_equal(content[i], 0);
	assert_int_equal(content[4096], 'd');
}

static void only_the_file_of_this_very_key_is_taken(void **state)
{
	static const struct {
		const char *label;
		struct cache_key key;
		int r;
	} cases[] = {
		{ "the same", { "thing", 3, "/some/place", "as it is now" }, 0 },
		{ "another kind", { "thin", 3, "/some/place", "as it is now" }, -ENOENT },
		{ "another format", { "thing", 4, "/some/place", "as it is now" }, -ESTALE },
		{ "another subject", { "thing", 3, "/some/plac", "as it is now" }, -ENOENT },
		{ "another state", { "thing", 3, "/some/place", "as it is noW" }, -ESTALE },
		{ "a shorter state", { "thing", 3, "/some/place", "as it is no" }, -ESTALE },
		{ "no state", { "thing", 3, "/some/place", "" }, -ESTALE },
	};

	assert_int_equal(keep(*state, &usual, 100, 100), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].label);
		assert_int_equal(try_open(*state, &cases[i].key), cases[i].r);
	}
}

static void another_state_takes_the_place_of_the_first(void **state)
{
	const struct cache_key later = { "thing", 3, "/some/place", "as it is later" };

	assert_int_equal(keep(*state, &usual, 100, 100), 0);
	assert_int_equal(keep(*state, &later, 100, 100), 0);
	assert_int_equal(try_open(*state, &usual), -ESTALE);
	assert_int_equal(try_open(*state, &later), 0);
	assert_int_equal(count_files(*state), 1);
}

static void a_key_without_end_is_refused(void **state)
{
	struct world *world = *state;
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	auto_free char *text = malloc(CACHE_KEY_MAX + 1);
	struct cache_key key = usual;

	memset(text, 'x', CACHE_KEY_MAX);
	text[CACHE_KEY_MAX] = '\0';
	key.state = text;
	assert_int_equal(cachefile_create(world->dir, &key, &writer), -E2BIG);
	assert_int_equal(keep(world, &usual, 10, 10), 0);
	assert_int_equal(try_open(world, &key), -E2BIG);
}

/* True if all content is as it was kept, false if any of it was refused; else the test fails. */
static bool read_all(struct world *world, size_t size)
{
	auto_cachefile struct cachefile *file = NULL;
	const uint8_t *got;

	if (cachefile_open(world->dir, &usual, &file) < 0)
		return false;
	got = cachefile_at(file, 0, cachefile_size(file));
	if (!got)
		return false;
	assert_int_equal(cachefile_size(file), size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(got[i], sample_at(i));
	return true;
}

static int open_only(const struct world *world)
{
	auto_free char *name = only_name(world);
	int fd = openat(cache_dir_fd(world->dir), name, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void every_flipped_byte_is_found(void **state)
{
	const size_t size = BLOCK + 100;
	auto_bytes struct bytes bytes = { 0 };
	auto_fd int fd = -1;

	assert_int_equal(keep(*state, &usual, size, size), 0);
	fd = open_only(*state);
	assert_int_equal(file_read_fd(fd, SIZE_MAX / 2, &bytes), 0);
	assert_int_equal(bytes.size, PAGE + size + 2 * sizeof(uint64_t));
	for (size_t i = 0; i < bytes.size; i++) {
		uint8_t flipped = (uint8_t)(bytes.data[i] ^ (1 << i % 8));

		assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
		if (read_all(*state, size))
			fail_msg("byte %zu", i);
		assert_int_equal(pwrite(fd, &bytes.data[i], 1, (off_t)i), 1);
	}
	assert_true(read_all(*state, size));
}

static void a_file_cut_at_any_length_is_found(void **state)
{
	const size_t size = BLOCK + 100;
	auto_bytes struct bytes bytes = { 0 };
	auto_fd int fd = -1;

	assert_int_equal(keep(*state, &usual, size, size), 0);
	fd = open_only(*state);
	assert_int_equal(file_read_fd(fd, SIZE_MAX / 2, &bytes), 0);
	assert_int_equal(file_write_fd(fd, "x", 1), 0);
	assert_false(read_all(*state, size));
	for (size_t i = bytes.size; i-- > 0;) {
		assert_int_equal(ftruncate(fd, (off_t)i), 0);
		if (read_all(*state, size))
			fail_msg("%zu bytes", i);
	}
}

static void damage_is_told_from_another_state(void **state)
{
	static const struct {
		const char *label;
		off_t at;
		int r;
	} cases[] = {
		{ "the magic", 0, -EBADMSG },        { "the version", 8, -ESTALE },
		{ "the byte order", 12, -ESTALE },   { "the size of a pointer", 16, -ESTALE },
		{ "the format", 20, -ESTALE },       { "the size", 32, -EBADMSG },
		{ "the sum of sums", 40, -EBADMSG }, { "the sum of the front", 48, -EBADMSG },
		{ "the kind", 56, -ESTALE },         { "a checksum", PAGE + 100, -EBADMSG },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_fd int fd = -1;

		print_message("%s\n", cases[i].label);
		assert_int_equal(keep(*state, &usual, 100, 100), 0);
		fd = open_only(*state);
		assert_int_equal(pwrite(fd, "\xee", 1, cases[i].at), 1);
		assert_int_equal(try_open(*state, &usual), cases[i].r);
	}
}

static void a_file_cut_while_it_is_open_is_found(void **state)
{
	struct world *world = *state;
	auto_cachefile struct cachefile *file = NULL;
	auto_fd int fd = -1;

	assert_int_equal(keep(world, &usual, 10 * BLOCK, BLOCK), 0);
	assert_int_equal(cachefile_open(world->dir, &usual, &file), 0);
	assert_sample(file, 0, 10);
	fd = open_only(world);
	assert_int_equal(ftruncate(fd, PAGE), 0);
	assert_sample(file, 0, BLOCK);
	assert_null(cachefile_at(file, 5 * BLOCK, 10));
	assert_null(cachefile_at(file, 0, 10 * BLOCK));
}

static void what_was_read_stays_when_the_file_is_replaced(void **state)
{
	struct world *world = *state;
	const struct cache_key later = { "thing", 3, "/some/place", "as it is later" };
	auto_cachefile struct cachefile *file = NULL;

	assert_int_equal(keep(world, &usual, 10 * BLOCK, BLOCK), 0);
	assert_int_equal(cachefile_open(world->dir, &usual, &file), 0);
	assert_int_equal(keep(world, &later, 3, 3), 0);
	assert_sample(file, 0, 10 * BLOCK);
}

static void put_link(const struct world *world, const char *name)
{
	assert_int_equal(renameat(cache_dir_fd(world->dir), name, world->scratch.fd, "moved"), 0);
	scratch_link(&world->scratch, "target", "moved");
	assert_int_equal(renameat(world->scratch.fd, "target", cache_dir_fd(world->dir), name), 0);
}

static void put_folder(const struct world *world, const char *name)
{
	assert_int_equal(unlinkat(cache_dir_fd(world->dir), name, 0), 0);
	assert_int_equal(mkdirat(cache_dir_fd(world->dir), name, 0700), 0);
}

static void put_fifo(const struct world *world, const char *name)
{
	assert_int_equal(unlinkat(cache_dir_fd(world->dir), name, 0), 0);
	assert_int_equal(mkfifoat(cache_dir_fd(world->dir), name, 0600), 0);
}

static void put_second_name(const struct world *world, const char *name)
{
	assert_int_equal(linkat(cache_dir_fd(world->dir), name, world->scratch.fd, "second", 0), 0);
}

static void open_to_all(const struct world *world, const char *name)
{
	assert_int_equal(fchmodat(cache_dir_fd(world->dir), name, 0606, 0), 0);
}

static void open_to_group(const struct world *world, const char *name)
{
	assert_int_equal(fchmodat(cache_dir_fd(world->dir), name, 0620, 0), 0);
}

static void give_away(const struct world *world, const char *name)
{
	if (geteuid() != 0)
		open_to_all(world, name);
	else
		assert_int_equal(fchownat(cache_dir_fd(world->dir), name, 65534, 0, 0), 0);
}

static void what_may_be_others_is_left_alone(void **state)
{
	static const struct {
		const char *label;
		void (*plant)(const struct world *world, const char *name);
		int r;
	} cases[] = {
		{ "a link", put_link, -ELOOP },
		{ "a folder", put_folder, -EPERM },
		{ "a FIFO", put_fifo, -EPERM },
		{ "a file with a second name", put_second_name, -EPERM },
		{ "a file that everybody may write to", open_to_all, -EPERM },
		{ "a file that its group may write to", open_to_group, -EPERM },
		{ "a file of another user", give_away, -EPERM },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		void *own = NULL;
		struct world *world;
		auto_free char *name = NULL;

		print_message("%s\n", cases[i].label);
		world_remove(state);
		world_make(&own);
		world = own;
		assert_int_equal(keep(world, &usual, 100, 100), 0);
		name = only_name(world);
		cases[i].plant(world, name);
		assert_int_equal(try_open(world, &usual), cases[i].r);
	}
}

static void folder_is_link(const struct world *world)
{
	scratch_folder(&world->scratch, "elsewhere");
	scratch_link(&world->scratch, "second", "elsewhere");
}

static void folder_is_file(const struct world *world)
{
	scratch_write(&world->scratch, "second", "text");
}

static void folder_is_open(const struct world *world)
{
	scratch_folder(&world->scratch, "second");
	assert_int_equal(fchmodat(world->scratch.fd, "second", 0707, 0), 0);
}

static void part_is_open(const struct world *world)
{
	scratch_folder(&world->scratch, "second/part");
	assert_int_equal(fchmodat(world->scratch.fd, "second/part", 0770, 0), 0);
}

static void part_is_link(const struct world *world)
{
	scratch_folder(&world->scratch, "elsewhere");
	scratch_link(&world->scratch, "second/part", "../elsewhere");
}

static void a_folder_that_is_not_ours_alone_is_not_used(void **state)
{
	static const struct {
		const char *label, *path;
		void (*plant)(const struct world *world);
	} cases[] = {
		{ "a link", "second", folder_is_link },
		{ "a link with a slash behind it", "second/", folder_is_link },
		{ "a file", "second", folder_is_file },
		{ "a folder that everybody may write to", "second", folder_is_open },
		{ "a part that its group may write to", "second", part_is_open },
		{ "a part that is a link", "second", part_is_link },
		{ "a folder in one that is not there", "no/such", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_cache_dir struct cache_dir *dir = NULL;
		auto_free char *path = NULL;
		void *own = NULL;
		struct world *world;

		print_message("%s\n", cases[i].label);
		world_remove(state);
		world_make(&own);
		world = own;
		path = scratch_path(&world->scratch, cases[i].path);
		if (cases[i].plant)
			cases[i].plant(world);
		assert_int_equal(cache_dir_open(path, "part", &dir, &world->diagnostics), 0);
		assert_null(dir);
		assert_int_equal(world->diagnostics.count, 1);
		assert_string_equal(world->diagnostics.items[0].id, "cache-unused");
		assert_non_null(strstr(world->diagnostics.items[0].text, path));
	}
}

static void the_folder_is_closed_to_others(void **state)
{
	struct world *world = *state;
	struct stat st;

	assert_int_equal(fstat(cache_dir_fd(world->dir), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstatat(world->scratch.fd, "cache", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(keep(world, &usual, 1, 1), 0);
	st.st_mode = 0;
	{
		auto_fd int fd = open_only(world);

		assert_int_equal(fstat(fd, &st), 0);
	}
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void without_a_cache_nothing_is_kept_or_found(void **state)
{
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	auto_cachefile struct cachefile *file = NULL;

	(void)state;
	assert_int_equal(cache_dir_fd(NULL), -1);
	assert_int_equal(cachefile_open(NULL, &usual, &file), -ENOENT);
	assert_int_equal(cachefile_create(NULL, &usual, &writer), -ENOENT);
	assert_int_equal(cache_dir_diagnose(NULL, NULL), 0);
	cache_dir_trim(NULL);
	cache_dir_note_failure(NULL, -EIO);
}

static void what_is_not_committed_was_never_there(void **state)
{
	struct world *world = *state;
	auto_cachefile_writer struct cachefile_writer *writer = NULL;

	assert_int_equal(cachefile_create(world->dir, &usual, &writer), 0);
	cachefile_append(writer, "abc", 3);
	assert_int_equal(try_open(world, &usual), -ENOENT);
	writer = cachefile_writer_free(writer);
	assert_int_equal(count_files(world), 0);
}

/* In a process of its own: nobody lowers a limit for good in this one. */
static void write_beyond_limit(struct world *world)
{
	const struct rlimit small = { 100000, 100000 };
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	static const uint8_t zeros[200000];

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &small) < 0 ||
	    cachefile_create(world->dir, &usual, &writer) < 0)
		_exit(1);
	cachefile_append(writer, zeros, sizeof(zeros));
	if (cachefile_commit(writer) != -EFBIG)
		_exit(2);
	writer = cachefile_writer_free(writer);
	if (cache_dir_diagnose(world->dir, &world->diagnostics) != 0 ||
	    world->diagnostics.count != 1 ||
	    strcmp(world->diagnostics.items[0].id, "cache-not-written") != 0)
		_exit(3);
	_exit(0);
}

static void what_cannot_be_written_is_told_and_leaves_nothing(void **state)
{
	int status = 0;
	pid_t pid;

	assert_int_equal(keep(*state, &usual, 10, 10), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_beyond_limit(*state);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count_files(*state), 1);
	assert_true(read_all(*state, 10));
}

static void too_much_content_is_refused(void **state)
{
	struct world *world = *state;
	auto_cachefile_writer struct cachefile_writer *writer = NULL;

	assert_int_equal(cachefile_create(world->dir, &usual, &writer), 0);
	cachefile_append(writer, "a", 1);
	cachefile_append(writer, "", CACHE_CONTENT_MAX);
	assert_int_equal(cachefile_commit(writer), -EFBIG);
	assert_int_equal(try_open(world, &usual), -ENOENT);
}

static void plant_file(const struct world *world, const char *name, time_t age)
{
	const struct timespec times[2] = { { time(NULL) - age, 0 }, { time(NULL) - age, 0 } };
	auto_fd int fd = file_create(cache_dir_fd(world->dir), name, O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(futimens(fd, times), 0);
}

static void leftovers_of_killed_runs_go_and_those_of_others_stay(void **state)
{
	struct world *world = *state;
	auto_cachefile_writer struct cachefile_writer *other = NULL;

	plant_file(world, ".new-1-0", 0);
	plant_file(world, "README", 0);
	plant_file(world, "thing-short", 0);
	assert_int_equal(cachefile_create(world->dir, &usual, &other), 0);
	assert_int_equal(count_files(world), 3);
	cache_dir_trim(world->dir);
	assert_int_equal(count_files(world), 3);
	assert_int_equal(cachefile_commit(other), 0);
	assert_int_equal(try_open(world, &usual), 0);
	assert_int_equal(count_files(world), 3);
}

static void of_too_many_files_those_used_longest_ago_go(void **state)
{
	struct world *world = *state;

	for (unsigned int i = 0; i < CACHE_FILES_MAX + 3; i++) {
		auto_free char *name = text_format("thing-%016x", i);

		plant_file(world, name, (time_t)(i + 1) * 100);
	}
	plant_file(world, "README", 1000000);
	cache_dir_trim(world->dir);
	assert_int_equal(count_files(world), CACHE_FILES_MAX + 1);
	for (unsigned int i = 0; i < CACHE_FILES_MAX; i++) {
		auto_free char *name = text_format("thing-%016x", i);

		assert_int_equal(faccessat(cache_dir_fd(world->dir), name, F_OK, 0), 0);
	}
}

static void of_too_large_files_those_used_longest_ago_go(void **state)
{
	struct world *world = *state;
	static const char *const names[] = { "thing-0000000000000000", "thing-0000000000000001",
					     "thing-0000000000000002" };

	for (size_t i = 0; i < COUNT(names); i++) {
		auto_fd int fd = -1;

		plant_file(world, names[i], (time_t)i * 100);
		fd = openat(cache_dir_fd(world->dir), names[i], O_WRONLY | O_CLOEXEC);
		assert_int_equal(ftruncate(fd, (off_t)(CACHE_SIZE_MAX / 2)), 0);
	}
	/* Cutting them made all of them new: what was read long ago does not count, what was
	 * written does, and names decide between equals. */
	cache_dir_trim(world->dir);
	assert_int_equal(count_files(world), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
	const struct CMUnitTest tests[] = {
		TEST(what_was_kept_is_read_back),
		TEST(alignment_is_made_of_zeros),
		TEST(only_the_file_of_this_very_key_is_taken),
		TEST(another_state_takes_the_place_of_the_first),
		TEST(a_key_without_end_is_refused),
		TEST(every_flipped_byte_is_found),
		TEST(a_file_cut_at_any_length_is_found),
		TEST(damage_is_told_from_another_state),
		TEST(a_file_cut_while_it_is_open_is_found),
		TEST(what_was_read_stays_when_the_file_is_replaced),
		TEST(what_may_be_others_is_left_alone),
		TEST(a_folder_that_is_not_ours_alone_is_not_used),
		TEST(the_folder_is_closed_to_others),
		TEST(without_a_cache_nothing_is_kept_or_found),
		TEST(what_is_not_committed_was_never_there),
		TEST(what_cannot_be_written_is_told_and_leaves_nothing),
		TEST(too_much_content_is_refused),
		TEST(leftovers_of_killed_runs_go_and_those_of_others_stay),
		TEST(of_too_many_files_those_used_longest_ago_go),
		TEST(of_too_large_files_those_used_longest_ago_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
