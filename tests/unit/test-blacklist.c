/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/blacklist.h"
#include "scratch-setup.h"

/* The items of LIST, sorted, with blanks between them; owned. */
static char *joined(struct strings *list)
{
	char *text = strdup("");

	strings_sort_unique(list);
	for (size_t i = 0; i < list->count; i++) {
		char *longer = text_format("%s%s%s", text, i ? " " : "", list->items[i]);

		free(text);
		text = longer;
	}
	return text;
}

static void lines_are_read_as_kmod_reads_them(void **state)
{
	static const struct {
		const char *label, *text, *expected;
	} cases[] = {
		{ "one", "blacklist nouveau\n", "nouveau" },
		{ "normalised", "blacklist snd-hda.ko\n", "snd_hda" },
		{ "blanks", "\t blacklist \t a\n  blacklist b  \n", "a b" },
		{ "no newline at the end", "blacklist a", "a" },
		{ "comments and other commands", "# blacklist a\noptions b c=d\nblacklist-x e\n",
		  "" },
		{ "a continued line", "blacklist \\\n  a\n", "a" },
		{ "no name", "blacklist\nblacklist \n", "" },
		{ "a comment behind it is no part of the name", "blacklist a # why\n", "a" },
		{ "empty", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_strings struct strings list = { 0 };
		auto_free char *found = NULL;

		scratch_write(&scratch, "etc/modprobe.d/50-a.conf", cases[i].text);
		assert_int_equal(blacklist_add_modprobe(scratch.fd, &list), 0);
		found = joined(&list);
		if (!text_equal(found, cases[i].expected))
			fail_msg("%s: '%s'", cases[i].label, found);
	}
}

static void a_file_masks_those_of_its_name_further_down(void **state)
{
	auto_strings struct strings list = { 0 };
	auto_free char *found = NULL;

	(void)state;
	scratch_write(&scratch, "etc/modprobe.d/a.conf", "blacklist of_etc\n");
	scratch_write(&scratch, "run/modprobe.d/a.conf", "blacklist masked\n");
	scratch_write(&scratch, "run/modprobe.d/b.conf", "blacklist of_run\n");
	scratch_write(&scratch, "usr/lib/modprobe.d/b.conf", "blacklist masked\n");
	scratch_link(&scratch, "etc/modprobe.d/c.conf", "/dev/null");
	scratch_write(&scratch, "lib/modprobe.d/c.conf", "blacklist masked\n");
	scratch_write(&scratch, "usr/local/lib/modprobe.d/d.conf", "blacklist of_local\n");
	scratch_write(&scratch, "lib/modprobe.d/e.conf", "blacklist of_lib\n");
	scratch_write(&scratch, "lib/modprobe.d/f.txt", "blacklist other_name\n");
	scratch_write(&scratch, "lib/modprobe.d/.g.conf", "blacklist hidden\n");
	assert_int_equal(blacklist_add_modprobe(scratch.fd, &list), 0);
	found = joined(&list);
	assert_string_equal(found, "of_etc of_lib of_local of_run");
}

static void a_link_out_of_the_root_is_not_followed(void **state)
{
	auto_strings struct strings list = { 0 };
	auto_fd int fd = -1;

	(void)state;
	scratch_write(&scratch, "outside.conf", "blacklist a\n");
	scratch_folder(&scratch, "root/etc/modprobe.d");
	scratch_link(&scratch, "root/etc/modprobe.d/a.conf", "../../../outside.conf");
	fd = openat(scratch.fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(blacklist_add_modprobe(fd, &list), 0);
	assert_int_equal(list.count, 0);
}

static void the_command_line_blacklists_too(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "quiet modprobe.blacklist=nouveau,snd-hda splash\n", "nouveau snd_hda" },
		{ "rd.driver.blacklist=a modprobe.blacklist=b", "a b" },
		{ "rdblacklist=a", "a" },
		{ "module_blacklist=a,b-c", "a b_c" },
		{ "modprobe.blacklist=", "" },
		{ "modprobe.blacklist=,,a,", "a" },
		{ "\"modprobe.blacklist=a,b\"", "a b" },
		{ "xmodprobe.blacklist=a root=modprobe.blacklist=b", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_strings struct strings list = { 0 };
		auto_free char *found = NULL;

		assert_int_equal(blacklist_add_command_line(cases[i].line, &list), 0);
		found = joined(&list);
		if (!text_equal(found, cases[i].expected))
			fail_msg("%s: '%s'", cases[i].line, found);
	}
}

int main(void)
{
#define in_scratch(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		in_scratch(lines_are_read_as_kmod_reads_them),
		in_scratch(a_file_masks_those_of_its_name_further_down),
		in_scratch(a_link_out_of_the_root_is_not_followed),
		cmocka_unit_test(the_command_line_blacklists_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
