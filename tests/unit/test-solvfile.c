/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/repo_write.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/solvfile.h"

#define PACKAGES 40

/* A dependency that names the one before twice, NESTED times over. */
static Id nested_dependency(Pool *pool, int nested)
{
	Id dep = pool_str2id(pool, "leaf", 1);

	for (int i = 0; i < nested; i++)
		dep = pool_rel2id(pool, dep, dep, REL_AND, 1);
	return dep;
}

static void add_package(Repo *repo, int number, Id dependency)
{
	Pool *pool = repo->pool;
	Id id = repo_add_solvable(repo);
	Solvable *s = pool_id2solvable(pool, id);
	Repodata *data = repo_last_repodata(repo);
	auto_free char *name = text_format("package-%d", number);
	char text[1200];

	s->name = pool_str2id(pool, name, 1);
	s->evr = pool_str2id(pool, "1-1", 1);
	s->arch = ARCH_NOARCH;
	s->provides =
		repo_addid_dep(repo, s->provides, pool_rel2id(pool, s->name, s->evr, REL_EQ, 1), 0);
	s->requires = repo_addid_dep(repo, s->requires, dependency, 0);
	repodata_add_dirstr(data, id, SOLVABLE_FILELIST, repodata_str2dir(data, "/usr/bin", 1),
			    name);
	/* Neither short nor equal: several pages, packed. */
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(i % 7 == 0 ? 'a' + number % 26 : 'a' + (int)(i * i / 5 % 26));
	text[sizeof(text) - 1] = '\0';
	repodata_set_str(data, id, SOLVABLE_DESCRIPTION, text);
	repodata_set_num(data, id, SOLVABLE_DOWNLOADSIZE, 1ULL << number);
}

/* What libsolv writes for a few packages. */
static struct bytes make_file(int nested)
{
	Pool *pool = pool_create();
	Repo *repo = repo_create(pool, "repo");
	struct bytes file = { 0 };
	char *text = NULL;
	FILE *stream = open_memstream(&text, &file.size);

	repo_add_repodata(repo, 0);
	for (int i = 0; i < PACKAGES; i++)
		add_package(repo, i, nested_dependency(pool, nested));
	repo_internalize(repo);
	assert_int_equal(repo_write(repo, stream), 0);
	fclose(stream);
	pool_free(pool);
	file.data = (uint8_t *)text;
	return file;
}

/* Judge a copy of exactly SIZE bytes, so that one byte too far is found. */
static int check(const struct bytes *file, size_t size)
{
	auto_free uint8_t *copy = malloc(size ? size : 1);
	const char *why = NULL;
	int r;

	memcpy(copy, file->data, size);
	r = solvfile_check(copy, size, &why);
	assert_non_null(why);
	return r;
}

static void a_file_of_libsolv_is_sound(void **state)
{
	auto_bytes struct bytes file = make_file(3);

	(void)state;
	assert_int_equal(check(&file, file.size), 0);
}

/* The tables at the start byte by byte, then some of what looks all the same. */
static size_t next(size_t offset)
{
	return offset + (offset < 1500 ? 1 : 41);
}

static void a_cut_file_is_damaged_at_every_length(void **state)
{
	auto_bytes struct bytes file = make_file(3);

	(void)state;
	for (size_t size = 0; size < file.size; size = next(size))
		if (check(&file, size) != -EBADMSG)
			fail_msg("%zu of %zu bytes pass", size, file.size);
}

static void every_changed_byte_is_judged_without_reading_too_far(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x40, 0x80, 0xff };
	auto_bytes struct bytes file = make_file(3);
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < file.size; i = next(i)) {
		for (size_t j = 0; j < COUNT(changes); j++) {
			file.data[i] ^= changes[j];
			refused += check(&file, file.size) < 0;
			file.data[i] ^= changes[j];
		}
	}
	assert_in_range(refused, 1000, SIZE_MAX);
}

static void another_format_is_told_from_damage(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		int result;
	} rows[] = {
		{ 0, 'X', -EBADMSG },
		{ 7, 7, -EPROTONOSUPPORT },
		{ 7, 10, -EPROTONOSUPPORT },
		{ 4, 1, -EPROTONOSUPPORT },
		{ 35, 4 | 8 | 32, -EPROTONOSUPPORT },
		{ 32, 1, -EPROTONOSUPPORT },
		{ 8, 0x7f, -EBADMSG },
		{ 28, 0x7f, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes file = make_file(1);
		int r;

		file.data[rows[i].offset] = rows[i].value;
		r = check(&file, file.size);
		if (r != rows[i].result)
			fail_msg("byte %zu: %d, not %d", rows[i].offset, r, rows[i].result);
	}
}

static void a_dependency_that_doubles_itself_is_refused(void **state)
{
	static const struct {
		int nested;
		int result;
	} rows[] = { { 1, 0 }, { 11, 0 }, { 12, -EBADMSG }, { 60, -EBADMSG } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_bytes struct bytes file = make_file(rows[i].nested);
		int r = check(&file, file.size);

		if (r != rows[i].result)
			fail_msg("nested %d times: %d", rows[i].nested, r);
	}
}

static void the_magic_needs_four_bytes(void **state)
{
	const uint8_t *start = (const uint8_t *)"SOLV";

	(void)state;
	assert_true(solvfile_is(start, 4));
	assert_false(solvfile_is(start, 3));
	assert_false(solvfile_is((const uint8_t *)"SOLW", 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_libsolv_is_sound),
		cmocka_unit_test(a_cut_file_is_damaged_at_every_length),
		cmocka_unit_test(every_changed_byte_is_judged_without_reading_too_far),
		cmocka_unit_test(another_format_is_told_from_damage),
		cmocka_unit_test(a_dependency_that_doubles_itself_is_refused),
		cmocka_unit_test(the_magic_needs_four_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
