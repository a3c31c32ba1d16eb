/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "hardware/hardware.h"
#include "select/match.h"

static void add_device(struct device_list *list, const char *modalias)
{
	struct device *device = device_list_add(list);

	assert_non_null(device);
	assert_int_equal(strings_add(&device->modaliases, modalias), 0);
}

static bool found(const struct matches *matches, size_t device, const char *modalias)
{
	for (size_t i = 0; i < matches->count; i++)
		if (matches->items[i].device == device && matches->items[i].modalias == modalias)
			return true;
	return false;
}

/* 1 if the index and fnmatch(3) over all pairs disagree about PATTERN, said on stderr. */
static int disagree(const struct match_index *index, const struct device_list *list,
		    const char *pattern)
{
	auto_matches struct matches matches = { 0 };
	size_t wanted = 0, common = 0;

	assert_int_equal(match_index_find(index, pattern, &matches), 0);
	for (size_t i = 0; i < list->count && *pattern; i++) {
		const struct strings *modaliases = &list->items[i].modaliases;

		for (size_t j = 0; j < modaliases->count; j++) {
			if (fnmatch(pattern, modaliases->items[j], 0) != 0)
				continue;
			wanted++;
			common += found(&matches, i, modaliases->items[j]);
		}
	}
	if (wanted == common && matches.count == wanted &&
	    match_index_any(index, pattern) == (wanted > 0))
		return 0;
	print_error("'%s': fnmatch has %zu, the index %zu, both %zu\n", pattern, wanted,
		    matches.count, common);
	return 1;
}

static void check_patterns(const struct device_list *list, const char *const *patterns,
			   size_t count)
{
	auto_match_index struct match_index *index = NULL;
	int bad = 0;

	assert_int_equal(match_index_new(list, &index), 0);
	for (size_t i = 0; i < count; i++)
		bad += disagree(index, list, patterns[i]);
	assert_int_equal(bad, 0);
}

static void odd_patterns_match_as_fnmatch_says(void **state)
{
	static const char *const aliases[] = {
		"pci:v00008086d000010D3sv*",
		"pci:v00008086",
		"pci:v0000808",
		"pci:",
		"pci",
		"pci:[x]",
		"pci:]",
		"pci:\\x",
		"pci:x",
		"pci:a/b.c",
		"usb:v1d6Bp0002d0602",
		"of:NpciT(null)Cfoo,bar",
		"\xc3\xa9:x",
		"*:x",
		"pci:-",
		"pci:\\",
	};
	static const char *const patterns[] = {
		"",
		"*",
		"?",
		"pci",
		"pci:",
		"pci:*",
		"pci:\\*",
		"\\pci:*",
		"\\",
		"pci:\\",
		"pci:\\\\",
		"pci:\\\\x",
		"pci:[",
		"pci:[x",
		"pci:[]",
		"pci:[]]",
		"pci:[!]]",
		"pci:[^x]*",
		"pci:\\[x]",
		"pci:[[]x]",
		"pci:[\\]",
		"pci:[\\]]",
		"pci:[a-",
		"pci:[!-~]",
		"[p]ci:*",
		"?ci:*",
		"*:*",
		"**",
		"pci:v*8086",
		"pci:?/?.?",
		"PCI:*",
		"pci:[[:alpha:]]",
		"pci:[[:alpha:]x",
		"pci:[z-a]",
		"pci:[/]",
		"\xc3\xa9:*",
		"\xc3*",
		"\xff",
		"pci:v00008086d000010D3sv\\*",
		"\\*:x",
		"usb:v1[dD]6Bp*",
		"of:N*T*Cfoo,bar",
		"of:NpciT(null)*",
		"zzz",
		"\x01",
		"pci:-\\",
	};
	auto_device_list struct device_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(aliases); i++)
		add_device(&list, aliases[i]);
	check_patterns(&list, patterns, COUNT(patterns));
}

/* A small generator of its own: the same patterns every time, on every machine. */
static unsigned int draw(unsigned int *seed, unsigned int below)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % below;
}

static char *random_text(unsigned int *seed, const char *letters, size_t longest)
{
	size_t length = draw(seed, (unsigned int)longest + 1);
	char *text = calloc(longest + 1, 1);

	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = letters[draw(seed, (unsigned int)strlen(letters))];
	return text;
}

static void random_patterns_match_as_fnmatch_says(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	unsigned int seed = 7;
	int bad = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		auto_free char *alias = random_text(&seed, "ab:[]\\*", 6);

		add_device(&list, alias);
	}
	assert_int_equal(match_index_new(&list, &index), 0);
	for (int i = 0; i < 5000; i++) {
		auto_free char *pattern = random_text(&seed, "ab:*?[]\\!-^", 8);

		bad += disagree(index, &list, pattern);
	}
	assert_int_equal(bad, 0);
}

static const char *data_folder(void)
{
	const char *folder = getenv("KMP_DATA");

	return folder ? folder : "../shared/data";
}

/* What a generator makes of ALIAS: fields cut off, made '*', or one character made a class. */
static char *pattern_from(const char *alias, unsigned int *seed)
{
	size_t length = strlen(alias), at = draw(seed, (unsigned int)length);

	switch (draw(seed, 4)) {
	case 0:
		return text_format("%.*s*", (int)at, alias);
	case 1:
		return text_format("%.*s*%s", (int)at, alias, alias + at);
	case 2:
		return text_format("%.*s[x%c]%s", (int)at, alias, alias[at], alias + at + 1);
	default:
		return text_format("%.*s?%s", (int)at, alias, alias + at + 1);
	}
}

static void check_machine(const char *path, unsigned int *seed)
{
	auto_device_list struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	auto_strings struct strings sources = { 0 };
	int bad = 0;

	assert_int_equal(strings_add(&sources, path), 0);
	assert_int_equal(hardware_read(&sources, &list, NULL), 0);
	assert_true(list.count > 0);
	assert_int_equal(match_index_new(&list, &index), 0);
	for (size_t i = 0; i < list.count; i++) {
		auto_free char *pattern = pattern_from(list.items[i].modaliases.items[0], seed);

		bad += disagree(index, &list, pattern);
	}
	if (bad)
		fail_msg("%s: %d patterns", path, bad);
}

static void patterns_for_real_machines_match_as_fnmatch_says(void **state)
{
	auto_free char *folder = text_format("%s/hardware", data_folder());
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_strings struct strings names = { 0 };
	unsigned int seed = 11;

	(void)state;
	if (fd < 0) {
		print_message("no real hardware lists in %s\n", folder);
		skip();
	}
	assert_int_equal(dir_names(fd, &names), 0);
	assert_true(names.count > 0);
	for (size_t i = 0; i < names.count; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);

		check_machine(path, &seed);
	}
}

static void matches_come_in_order_of_modalias_and_device(void **state)
{
	static const char *const aliases[] = { "b:1", "a:2", "b:1", "a:1" };
	static const size_t order[] = { 3, 1, 0, 2 };
	auto_device_list struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	auto_matches struct matches matches = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(aliases); i++)
		add_device(&list, aliases[i]);
	assert_int_equal(strings_add(&list.items[1].modaliases, "c:9"), 0);
	assert_int_equal(match_index_new(&list, &index), 0);
	assert_int_equal(match_index_find(index, "?:[12]", &matches), 0);
	assert_int_equal(matches.count, COUNT(order));
	for (size_t i = 0; i < COUNT(order); i++)
		assert_int_equal(matches.items[i].device, order[i]);
	/* Another pattern's matches are appended. */
	assert_int_equal(match_index_find(index, "c:*", &matches), 0);
	assert_int_equal(matches.count, COUNT(order) + 1);
	assert_int_equal(matches.items[COUNT(order)].device, 1);
	assert_string_equal(matches.items[COUNT(order)].modalias, "c:9");
}

static void a_machine_without_devices_matches_nothing(void **state)
{
	const struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	auto_matches struct matches matches = { 0 };

	(void)state;
	assert_int_equal(match_index_new(&list, &index), 0);
	assert_false(match_index_any(index, "*"));
	assert_int_equal(match_index_find(index, "*", &matches), 0);
	assert_int_equal(matches.count, 0);
}

/* A hostile repository must not keep an installer busy: processor time, so that load plays no part.
 */
static void stars_in_a_pattern_cost_little(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	auto_free char *pattern = calloc(2 * 2000 + 2, 1);
	clock_t start;

	(void)state;
	for (int i = 0; i < 300; i++) {
		auto_free char *alias = text_format("pci:%0250d", i);

		add_device(&list, alias);
	}
	for (int i = 0; i < 2000; i++)
		memcpy(pattern + 2 * i, "*0", 2);
	pattern[2 * 2000] = 'x';
	assert_int_equal(match_index_new(&list, &index), 0);
	start = clock();
	assert_false(match_index_any(index, pattern));
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

static void a_literal_beginning_is_looked_up(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_match_index struct match_index *index = NULL;
	clock_t start;
	long fits = 0;

	(void)state;
	for (int i = 0; i < 300; i++) {
		auto_free char *alias = text_format("pci:v%08Xd%08Xsv0sd0bc02sc00i00", i * 7, i);

		add_device(&list, alias);
	}
	assert_int_equal(match_index_new(&list, &index), 0);
	start = clock();
	for (unsigned int i = 0; i < 100000; i++) {
		char pattern[64];

		snprintf(pattern, sizeof(pattern), "pci:v%08Xd*sv*sd*bc*sc*i*", i % 2100);
		fits += match_index_any(index, pattern);
	}
	/* Every seventh of 2,100 vendors, 47 times over; the last time only 1,300 of them. */
	assert_int_equal(fits, 47 * 300 + (1300 + 6) / 7);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_patterns_match_as_fnmatch_says),
		cmocka_unit_test(random_patterns_match_as_fnmatch_says),
		cmocka_unit_test(patterns_for_real_machines_match_as_fnmatch_says),
		cmocka_unit_test(matches_come_in_order_of_modalias_and_device),
		cmocka_unit_test(a_machine_without_devices_matches_nothing),
		cmocka_unit_test(stars_in_a_pattern_cost_little),
		cmocka_unit_test(a_literal_beginning_is_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
