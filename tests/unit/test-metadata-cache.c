/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <unistd.h>

#include "alias-fixture.h"
#include "base/limits.h"
#include "packages/metadata-cache.h"
#include "packages/metadata-layout.h"
#include "record-fixture.h"
#include "scratch.h"

/* Records of a repository that are made by chance, over several shelves. */
#define MANY 4000

static const struct cache_key key = {
	.kind = "metadata",
	.format = METADATA_CACHE_FORMAT,
	.subject = "/some/repository",
	.state = "sha256:0",
};

struct world {
	struct scratch scratch;
	struct cache_dir *dir;
	struct cachefile_writer *file;
	struct metadata_writer *writer;
	uint32_t added;
};

static int world_make(void **state)
{
	static struct world world;
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	auto_free char *path = NULL;

	world = (struct world){ 0 };
	scratch_make(&world.scratch);
	path = scratch_path(&world.scratch, "cache");
	assert_int_equal(cache_dir_open(path, "part", &world.dir, &diagnostics), 0);
	assert_int_equal(cachefile_create(world.dir, &key, &world.file), 0);
	assert_int_equal(metadata_writer_new(world.file, &world.writer), 0);
	*state = &world;
	return 0;
}

static int world_remove(void **state)
{
	struct world *world = *state;

	metadata_writer_free(world->writer);
	cachefile_writer_free(world->file);
	cache_dir_close(world->dir);
	scratch_remove(&world->scratch);
	return 0;
}

/* Ordinals have gaps, as those of packages that do not matter leave. */
static uint32_t ordinal_of(uint32_t number)
{
	return 3 * number + 1;
}

static int add(struct world *world, const struct record *record)
{
	struct record_kind kind;

	record_classify(record, &kind);
	return metadata_writer_add(world->writer, record, &kind, ordinal_of(world->added++));
}

static void finish(struct world *world, const struct diagnostics *diagnostics)
{
	const struct metadata_counts counts = { 1000, 10 };
	struct name_filter strangers = { 0 };

	assert_int_equal(name_filter_add(&strangers, "a stranger"), 0);

	assert_int_equal(metadata_writer_finish(world->writer, &counts, &strangers, diagnostics),
			 0);
	name_filter_done(&strangers);
	assert_int_equal(cachefile_commit(world->file), 0);
}

struct opened {
	struct cachefile *file;
	struct metadata_cache *cache;
};

static void release_opened(struct opened *opened)
{
	metadata_cache_free(opened->cache);
	cachefile_close(opened->file);
}

static int open_cache(const struct world *world, struct opened *ret)
{
	int r = cachefile_open(world->dir, &key, &ret->file);

	return r < 0 ? r : metadata_cache_open(ret->file, &ret->cache);
}

static void assert_record(struct metadata_cache *cache, uint32_t number,
			  const struct record *wanted)
{
	AUTO(record_done) struct record record = { 0 };
	auto_free char *expected = record_dump(wanted), *got = NULL;
	uint32_t ordinal;

	assert_int_equal(metadata_cache_record(cache, number, &record, &ordinal), 0);
	assert_int_equal(ordinal, ordinal_of(number));
	got = record_dump(&record);
	assert_string_equal(got, expected);
}

static void make_nothing(struct record *record)
{
	(void)record;
}

static void make_whole(struct record *record)
{
	record_name(record, "foo-kmp-default", "1.0_k6.4.0_1-1.1");
	record->vendor = record_put(record, "Vendor \"<&>\" \xc3\xa4");
	record->location = record_put(record, "x86_64/foo-kmp-default.rpm");
	record->base = record_put(record, "https://example.org/elsewhere/");
	record->checksum = record_put(record, "18013bb1d9c596e2820c375547a34420");
	record->checksum_type = record_put(record, "sha256");
	record->size = UINT64_MAX - 1;
	record_want(record, RECORD_PROVIDES, "foo-kmp-default", RECORD_EQUAL, "1.0_k6.4.0_1-1.1");
	record_hold(record, "/usr/bin/foo");
	record_hold(record, "/");
}

static void make_versions(struct record *record)
{
	static const char *const evrs[] = {
		"",          "0",          "0badcafe",   "0BADCAFE", "badcafe",
		"0badcafe0", "00000000",   "ffffffff",   "0badcafg", "1:2-3",
		"-",         "0x0badcafe", "deadbeef-1",
	};

	record_name(record, "bar-kmp-default", "ffffffff");
	for (size_t i = 0; i < COUNT(evrs); i++)
		record_want(record, RECORD_REQUIRES, "ksym(default:a)", RECORD_EQUAL, evrs[i]);
}

static void make_relations(struct record *record)
{
	record_name(record, "bar-kmp-default", "1-1");
	for (int list = 0; list < RECORD_LISTS; list++)
		for (int relation = 0; relation <= RECORD_NEVER; relation++)
			record_want(record, (enum record_list)list, "a", relation, "1")->before =
				relation % 2;
}

static void make_mixed_lists(struct record *record)
{
	record_name(record, "bar-kmp-default", "1-1");
	for (unsigned int i = 0; i < 50; i++)
		record_want(record, i % 3 ? RECORD_REQUIRES : RECORD_PROVIDES, "same", 0, "");
}

static void make_odd_names(struct record *record)
{
	record_name(record, "bar-kmp-default", "1-1");
	record_want(record, RECORD_SUPPLEMENTS, "", 0, "");
	record_want(record, RECORD_SUPPLEMENTS, "modalias(", 0, "");
	record_want(record, RECORD_SUPPLEMENTS, "modalias()", 0, "");
	record_want(record, RECORD_SUPPLEMENTS, "(modalias(pci:v1*) and (kernel or b))", 0, "");
	record_want(record, RECORD_PROVIDES, "modalias(*)", 0, "");
	record_hold(record, "");
}

static void make_long_text(struct record *record)
{
	auto_free char *text = malloc(100001);

	assert_non_null(text);
	memset(text, 'a', 100000);
	text[100000] = '\0';
	record_name(record, "bar-kmp-default", "1-1");
	record->vendor = record_put(record, text);
	memcpy(text, "modalias(pci:", 13);
	record_want(record, RECORD_SUPPLEMENTS, text, 0, "");
}

static void make_kernel(struct record *record)
{
	char symbol[64], crc[9];

	record_name(record, "kernel-default", "6.4.0-1");
	record_want(record, RECORD_PROVIDES, "kernel-uname-r", RECORD_EQUAL, "6.4.0-1-default");
	for (unsigned int i = 0; i < 30000; i++) {
		snprintf(symbol, sizeof(symbol), "ksym(default:symbol_%u)", i);
		snprintf(crc, sizeof(crc), "%08x", i * 2654435761U);
		record_want(record, RECORD_PROVIDES, symbol, RECORD_EQUAL, crc);
	}
}

/* Nearly all that a shelf holds: it gets one of its own. */
static void make_whole_shelf(struct record *record)
{
	auto_free char *text = malloc(METADATA_SHELF_TEXT_MAX - 100);

	assert_non_null(text);
	memset(text, 'a', METADATA_SHELF_TEXT_MAX - 101);
	text[METADATA_SHELF_TEXT_MAX - 101] = '\0';
	record_name(record, "bar-kmp-default", "1-1");
	record_want(record, RECORD_CONFLICTS, text, 0, "");
}

static const struct {
	const char *label;
	void (*make)(struct record *record);
} odd_records[] = {
	{ "nothing at all", make_nothing },
	{ "all that a record has", make_whole },
	{ "versions like CRCs", make_versions },
	{ "all relations in all lists", make_relations },
	{ "lists in turn", make_mixed_lists },
	{ "odd names", make_odd_names },
	{ "long text", make_long_text },
	{ "a kernel", make_kernel },
	{ "a shelf of its own", make_whole_shelf },
};

static void a_record_comes_back_as_it_was(void **state)
{
	struct world *world = *state;
	AUTO(release_opened) struct opened opened = { 0 };

	for (size_t i = 0; i < COUNT(odd_records); i++) {
		AUTO(record_done) struct record record = { 0 };

		odd_records[i].make(&record);
		assert_int_equal(add(world, &record), 0);
	}
	finish(world, &(struct diagnostics){ 0 });
	assert_int_equal(open_cache(world, &opened), 0);
	for (uint32_t i = 0; i < COUNT(odd_records); i++) {
		AUTO(record_done) struct record record = { 0 };

		print_message("%s\n", odd_records[i].label);
		odd_records[i].make(&record);
		assert_record(opened.cache, i, &record);
	}
	assert_int_equal(metadata_cache_record(opened.cache, COUNT(odd_records),
					       &(struct record){ 0 }, &(uint32_t){ 0 }),
			 -EBADMSG);
}

/* What all builds of one family have in common comes from FAMILY alone. */
static void make_family(struct record *record, const struct strings *aliases, unsigned int family)
{
	unsigned int seed = family;
	char text[2 * ALIAS_SIZE];

	for (unsigned int i = draw(&seed, 8); i > 0; i--) {
		snprintf(text, sizeof(text), "modalias(kernel-default:%s)", any_of(aliases, &seed));
		record_want(record, draw(&seed, 9) ? RECORD_SUPPLEMENTS : RECORD_PROVIDES, text, 0,
			    "");
	}
	for (unsigned int i = draw(&seed, 4); i > 0; i--) {
		snprintf(text, sizeof(text), "kmod(m%u.ko)", draw(&seed, 3000));
		record_want(record, RECORD_PROVIDES, text, 0, "");
	}
}

static void make_random(struct record *record, const struct strings *aliases, uint32_t number)
{
	unsigned int seed = number + 1;
	char text[256];

	record_clear(record);
	snprintf(text, sizeof(text), "foo%u-kmp-default", number / 4);
	record_name(record, text, number % 4 ? "1.0-1" : "2.0-1");
	if (number % 100 == 0) {
		record->name = record_put(record, "kernel-default");
		snprintf(text, sizeof(text), "6.4.%u-1-default", number % 7);
		record_want(record, RECORD_PROVIDES, "kernel-uname-r", RECORD_EQUAL, text);
	}
	snprintf(text, sizeof(text), "x86_64/%u.rpm", number);
	record->location = record_put(record, text);
	make_family(record, aliases, number / 4 + 1);
	for (unsigned int i = draw(&seed, 300); i > 0; i--) {
		snprintf(text, sizeof(text), "ksym(default:sym_%u)", draw(&seed, 9000));
		record_want(record, RECORD_REQUIRES, text, RECORD_EQUAL, "0badcafe")->before =
			!draw(&seed, 5);
	}
	snprintf(text, sizeof(text), "/usr/lib/file%u", draw(&seed, 2000));
	if (draw(&seed, 2))
		record_hold(record, text);
}

static void add_random(struct world *world, const struct strings *aliases, uint32_t count)
{
	AUTO(record_done) struct record record = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		make_random(&record, aliases, i);
		assert_int_equal(add(world, &record), 0);
	}
}

static void records_of_all_shelves_come_back(void **state)
{
	struct world *world = *state;
	AUTO(release_opened) struct opened opened = { 0 };
	AUTO(record_done) struct record record = { 0 };
	auto_strings struct strings aliases = { 0 };
	const struct stored_end *end;

	aliases_read(&aliases);
	add_random(world, &aliases, MANY);
	finish(world, &(struct diagnostics){ 0 });
	assert_int_equal(open_cache(world, &opened), 0);
	end = cachefile_at(opened.file, cachefile_size(opened.file) - sizeof(*end), sizeof(*end));
	assert_true(end->shelf_count > 1);
	for (uint32_t i = 0; i < MANY; i++) {
		make_random(&record, &aliases, i);
		assert_record(opened.cache, i, &record);
	}
}

static int fits_any(void *context, const struct hint *hint)
{
	const struct strings *modaliases = context;

	for (size_t i = 0; i < modaliases->count; i++)
		for (size_t k = 0; k < hint->patterns.count; k++)
			if (fnmatch(hint->patterns.items[k], modaliases->items[i], 0) == 0)
				return 1;
	return 0;
}

static bool provides(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->dependency_count; i++)
		if (record->dependencies[i].list == RECORD_PROVIDES &&
		    text_equal(record_text(record, record->dependencies[i].name), name))
			return true;
	for (size_t i = 0; i < record->file_count; i++)
		if (text_equal(record_text(record, record->files[i]), name))
			return true;
	return text_equal(record_text(record, record->name), name);
}

/* NUMBERS are those of the COUNT records that were made by chance of which ASK says so. */
static size_t assert_numbers(const struct record_numbers *numbers, const struct strings *aliases,
			     bool (*ask)(const struct record *record, const void *what),
			     const void *what)
{
	AUTO(record_done) struct record record = { 0 };
	size_t found = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		make_random(&record, aliases, i);
		if (!ask(&record, what))
			continue;
		assert_true(found < numbers->count);
		assert_int_equal(numbers->items[found++], i);
	}
	assert_int_equal(found, numbers->count);
	return found;
}

static bool ask_fits(const struct record *record, const void *what)
{
	return record_each_hint(record, fits_any, (void *)(uintptr_t)what) == 1;
}

static bool ask_provides(const struct record *record, const void *what)
{
	struct record_kind kind;

	record_classify(record, &kind);
	return kind.solved && !kind.kernel && provides(record, what);
}

/* Records made of ALIASES are found by what fits and by what they provide; how many fit. */
static size_t assert_lookups(struct world *world, const struct strings *aliases)
{
	static const char *const names[] = { "kmod(m17.ko)",     "foo3-kmp-default",
					     "/usr/lib/file100", "kernel-default",
					     "kernel-uname-r",   "absent" };
	AUTO(release_opened) struct opened opened = { 0 };
	auto_strings struct strings modaliases = { 0 };
	auto_record_numbers struct record_numbers fitting = { 0 };
	unsigned int seed = 5;
	char alias[ALIAS_SIZE];

	add_random(world, aliases, MANY);
	finish(world, &(struct diagnostics){ 0 });
	assert_int_equal(open_cache(world, &opened), 0);
	for (size_t i = 0; i < 40; i++) {
		alias_fitted(any_of(aliases, &seed), &seed, alias);
		strings_add(&modaliases, alias);
	}
	assert_int_equal(metadata_cache_fitting(opened.cache, &modaliases, &fitting), 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_record_numbers struct record_numbers found = { 0 };

		assert_int_equal(metadata_cache_providers(opened.cache, names[i], &found), 0);
		assert_numbers(&found, aliases, ask_provides, names[i]);
	}
	return assert_numbers(&fitting, aliases, ask_fits, &modaliases);
}

static void lookups_find_what_a_search_of_all_finds(void **state)
{
	auto_strings struct strings aliases = { 0 };

	aliases_read(&aliases);
	assert_true(assert_lookups(*state, &aliases) > 10);
}

/* With few aliases nearly all records fit, kernels among them. */
static void lookups_find_kernels_that_have_a_hint(void **state)
{
	auto_strings struct strings aliases = { 0 };

	for (size_t i = 0; i < COUNT(typical_aliases); i++)
		strings_add(&aliases, typical_aliases[i]);
	assert_true(assert_lookups(*state, &aliases) > MANY / 2);
}

static void make_part(struct record *record, const char *name, const char *evr, const char *release)
{
	record_clear(record);
	record_name(record, name, evr);
	record_want(record, RECORD_PROVIDES, "ksym(default:a)", RECORD_EQUAL, "00000001");
	if (!release)
		record_want(record, RECORD_PROVIDES, "kernel-uname-r", RECORD_ANY, "");
	else if (*release)
		record_want(record, RECORD_PROVIDES, "kernel-uname-r", RECORD_EQUAL, release);
}

static int print_kernel(void *context, const struct metadata_kernel *kernel)
{
	fprintf(context, "%u %s %s %s\n", kernel->number, kernel->name, kernel->evr,
		kernel->release ? kernel->release : "any");
	return 0;
}

static int stop(void *context, const struct metadata_kernel *kernel)
{
	(void)kernel;
	return ++*(int *)context;
}

static void kernels_say_what_they_are(void **state)
{
	static const struct {
		const char *name, *evr, *release;
	} parts[] = {
		{ "kernel-default", "6.4.0-1", "6.4.0-1-default" },
		{ "kernel-default-extra", "6.4.0-1", "" },
		{ "foo-kmp-default", "6.4.0-1", "" },
		{ "kernel-default", "1:6.4.0-2", "0badcafe" },
		{ "kernel-any", "1-1", NULL },
	};
	struct world *world = *state;
	AUTO(release_opened) struct opened opened = { 0 };
	AUTO(record_done) struct record record = { 0 };
	auto_free char *text = NULL;
	size_t size = 0;
	int times = 0;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < COUNT(parts); i++) {
		make_part(&record, parts[i].name, parts[i].evr, parts[i].release);
		if (i == 3)
			record_want(&record, RECORD_PROVIDES, "kernel-uname-r", RECORD_EQUAL,
				    "second");
		assert_int_equal(add(world, &record), 0);
	}
	finish(world, &(struct diagnostics){ 0 });
	assert_int_equal(open_cache(world, &opened), 0);
	assert_int_equal(metadata_cache_each_kernel(opened.cache, print_kernel, to), 0);
	assert_int_equal(metadata_cache_each_kernel(opened.cache, stop, &times), 1);
	fclose(to);
	assert_string_equal(text, "0 kernel-default 6.4.0-1 6.4.0-1-default\n"
				  "1 kernel-default-extra 6.4.0-1 \n"
				  "3 kernel-default 1:6.4.0-2 0badcafe\n"
				  "3 kernel-default 1:6.4.0-2 second\n"
				  "4 kernel-any 1-1 any\n");
}

static void what_was_said_is_said_again(void **state)
{
	struct world *world = *state;
	AUTO(release_opened) struct opened opened = { 0 };
	auto_diagnostics struct diagnostics written = { 0 }, read = { 0 };

	diagnostics_add(&written, "one", NULL, "a text without a culprit");
	diagnostics_add(&written, "two", "-", "a \x1b control character and %s", "50%");
	diagnostics_add(&written, "three", "", "an empty culprit");
	finish(world, &written);
	assert_int_equal(open_cache(world, &opened), 0);
	assert_int_equal(metadata_cache_diagnostics(opened.cache, &read), 0);
	assert_int_equal(read.count, written.count);
	for (size_t i = 0; i < read.count; i++) {
		assert_string_equal(read.items[i].id, written.items[i].id);
		assert_string_equal(read.items[i].text, written.items[i].text);
		assert_true(text_equal(read.items[i].culprit, written.items[i].culprit));
	}
	assert_int_equal(metadata_cache_counts(opened.cache).packages, 1000);
	assert_int_equal(metadata_cache_counts(opened.cache).drivers, 10);
}

static void what_no_shelf_holds_ends_the_cache(void **state)
{
	struct world *world = *state;
	AUTO(record_done) struct record record = { 0 }, small = { 0 };
	auto_free char *text = malloc(METADATA_SHELF_TEXT_MAX);

	memset(text, 'a', METADATA_SHELF_TEXT_MAX - 1);
	text[METADATA_SHELF_TEXT_MAX - 1] = '\0';
	record_name(&record, "foo-kmp-default", "1-1");
	record_want(&record, RECORD_PROVIDES, text, 0, "");
	record_name(&small, "foo-kmp-default", "1-1");
	assert_int_equal(add(world, &record), -EFBIG);
	assert_int_equal(add(world, &small), -EFBIG);
	assert_int_equal(metadata_writer_finish(world->writer, &(struct metadata_counts){ 0 },
						&(struct name_filter){ 0 },
						&(struct diagnostics){ 0 }),
			 -EFBIG);
}

/* All answers to some questions, or the first error. */
static int ask_all(struct metadata_cache *cache, FILE *to)
{
	char *lines[] = { (char[]){ "pci:v00008086d000010D3sv1sd2bc02sc00i00" },
			  (char[]){ "usb:v0BDAp8153d3000dc00dsc00dp00icFFisc00ip00in00" } };
	const struct strings modaliases = { lines, COUNT(lines) };
	auto_record_numbers struct record_numbers numbers = { 0 };
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	AUTO(record_done) struct record record = { 0 };
	uint32_t ordinal = 0;
	int r = metadata_cache_fitting(cache, &modaliases, &numbers);

	if (r == 0)
		r = metadata_cache_providers(cache, "kmod(e1000e.ko)", &numbers);
	if (r == 0)
		r = metadata_cache_each_kernel(cache, print_kernel, to);
	if (r == 0)
		r = metadata_cache_diagnostics(cache, &diagnostics);
	fprintf(to, "%llu\n", (unsigned long long)metadata_cache_counts(cache).packages);
	for (size_t i = 0; i < diagnostics.count; i++)
		fprintf(to, "%s %s\n", diagnostics.items[i].id, diagnostics.items[i].text);
	for (size_t i = 0; i < numbers.count && r == 0; i++) {
		r = metadata_cache_record(cache, numbers.items[i], &record, &ordinal);
		if (r == 0)
			record_print(&record, to);
		fprintf(to, "%u\n", ordinal);
	}
	return r;
}

/* Keep a small repository in which every question has an answer. */
static void keep_small(struct world *world)
{
	auto_diagnostics struct diagnostics diagnostics = { 0 };
	AUTO(record_done) struct record record = { 0 };

	make_part(&record, "kernel-default", "6.4.0-1", "6.4.0-1-default");
	assert_int_equal(add(world, &record), 0);
	for (unsigned int i = 0; i < 3; i++) {
		record_clear(&record);
		record_name(&record, "e1000e-kmp-default", "1.0-1");
		record_want(&record, RECORD_PROVIDES, "kmod(e1000e.ko)", 0, "");
		record_want(&record, RECORD_SUPPLEMENTS,
			    "modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)", 0, "");
		assert_int_equal(add(world, &record), 0);
	}
	diagnostics_add(&diagnostics, "merged-escape", "foo", "a sentence");
	finish(world, &diagnostics);
}

/* What is asked of the file of WORLD: 0 and the answers in *RET, owned, or -errno. */
static int answers_of(const struct world *world, char **ret)
{
	AUTO(release_opened) struct opened opened = { 0 };
	size_t size = 0;
	FILE *to = open_memstream(ret, &size);
	int r = open_cache(world, &opened);

	if (r == 0)
		r = ask_all(opened.cache, to);
	fclose(to);
	return r;
}

static int open_only_file(const struct world *world)
{
	auto_strings struct strings names = { 0 };

	assert_int_equal(dir_names(cache_dir_fd(world->dir), &names), 0);
	assert_int_equal(names.count, 1);
	return openat(cache_dir_fd(world->dir), names.items[0], O_RDWR | O_CLOEXEC);
}

static void a_flipped_byte_changes_no_answer(void **state)
{
	struct world *world = *state;
	auto_free char *wanted = NULL;
	auto_bytes struct bytes bytes = { 0 };
	auto_fd int fd = -1;
	size_t refused = 0;

	keep_small(world);
	assert_int_equal(answers_of(world, &wanted), 0);
	assert_true(strlen(wanted) > 300);
	fd = open_only_file(world);
	assert_int_equal(file_read_fd(fd, 1 << 20, &bytes), 0);
	for (size_t i = 0; i < bytes.size; i++) {
		uint8_t flipped = (uint8_t)(bytes.data[i] ^ (1 << i % 8));
		auto_free char *got = NULL;
		int r;

		assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
		r = answers_of(world, &got);
		assert_true(r == -EBADMSG || r == -ESTALE || r == 0);
		if (r == 0)
			assert_string_equal(got, wanted);
		refused += r < 0;
		assert_int_equal(pwrite(fd, &bytes.data[i], 1, (off_t)i), 1);
	}
	assert_true(refused > bytes.size / 2);
}

static void a_cut_file_gives_no_answer(void **state)
{
	struct world *world = *state;
	auto_bytes struct bytes bytes = { 0 };
	auto_fd int fd = -1;

	keep_small(world);
	fd = open_only_file(world);
	assert_int_equal(file_read_fd(fd, 1 << 20, &bytes), 0);
	for (size_t size = bytes.size; size-- > 0;) {
		auto_free char *got = NULL;

		assert_int_equal(ftruncate(fd, (off_t)size), 0);
		assert_int_equal(answers_of(world, &got), -EBADMSG);
	}
}

static const void *at_of_bytes(void *context, size_t offset, size_t size)
{
	const struct bytes *bytes = context;

	assert_true(offset <= bytes->size && size <= bytes->size - offset);
	return bytes->data + offset;
}

/* What checksums let by is still not taken for granted. */
static void no_content_does_harm(void **state)
{
	struct world *world = *state;
	AUTO(release_opened) struct opened opened = { 0 };
	size_t size, refused = 0;

	keep_small(world);
	assert_int_equal(open_cache(world, &opened), 0);
	size = cachefile_size(opened.file);
	for (size_t i = 0; i < 8 * size; i++) {
		auto_metadata_cache struct metadata_cache *cache = NULL;
		auto_bytes struct bytes bytes = { malloc(size), size };
		const struct metadata_bytes access = { at_of_bytes, &bytes, size };
		auto_free char *got = NULL;
		size_t got_size = 0;
		FILE *to = open_memstream(&got, &got_size);
		int r;

		memcpy(bytes.data, cachefile_at(opened.file, 0, size), size);
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
		r = metadata_cache_open_bytes(&access, &cache);
		if (r == 0)
			r = ask_all(cache, to);
		fclose(to);
		assert_true(r == 0 || r == -EBADMSG || r == -ENOMEM);
		refused += r < 0;
	}
	assert_true(refused > 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_make, world_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_comes_back_as_it_was),
		TEST(records_of_all_shelves_come_back),
		TEST(lookups_find_what_a_search_of_all_finds),
		TEST(lookups_find_kernels_that_have_a_hint),
		TEST(kernels_say_what_they_are),
		TEST(what_was_said_is_said_again),
		TEST(what_no_shelf_holds_ends_the_cache),
		TEST(a_flipped_byte_changes_no_answer),
		TEST(a_cut_file_gives_no_answer),
		TEST(no_content_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
