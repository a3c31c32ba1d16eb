/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"

static void a_sentence_has_the_parts_that_are_known(void **state)
{
	static const struct {
		const char *what, *on, *why, *hint, *sentence;
	} cases[] = {
		{ "read the list", "/x", "it is cut", "fetch it again",
		  "cannot read the list '/x': it is cut; fetch it again" },
		{ "read the list", "/x", "it is cut", NULL,
		  "cannot read the list '/x': it is cut" },
		{ "read the list", NULL, "it is cut", "fetch it again",
		  "cannot read the list: it is cut; fetch it again" },
		{ "read the list", NULL, "it is cut", NULL, "cannot read the list: it is cut" },
		{ "read the list", "/x", NULL, NULL,
		  "cannot read the list '/x': No such file or directory" },
		{ "read the list", NULL, NULL, "look for it",
		  "cannot read the list: No such file or directory; look for it" },
		{ "read 100%s", "%n", "%d", "%s", "cannot read 100%s '%n': %d; %s" },
		{ "read", "", "", "", "cannot read '': ; " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_error struct error error = { 0 };
		auto_free char *sentence = NULL;

		assert_int_equal(error_set(&error, -ENOENT, cases[i].what, cases[i].on,
					   cases[i].why, cases[i].hint),
				 -ENOENT);
		sentence = error_sentence(&error);
		assert_string_equal(sentence, cases[i].sentence);
	}
}

static void no_error_still_makes_a_sentence(void **state)
{
	const struct error none = { 0 };
	auto_free char *sentence = error_sentence(&none);

	(void)state;
	assert_string_equal(sentence, "cannot go on");
}

static void the_first_error_stays(void **state)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;

	(void)state;
	assert_int_equal(error_set(&error, -EBADMSG, "parse", NULL, "it is cut", NULL), -EBADMSG);
	assert_int_equal(error_set(&error, -EIO, "load", "repo", "a file is bad", "retry"), -EIO);
	assert_int_equal(error_setf(&error, -ENOSPC, "stage", "/run", "make room", "%d left", 3),
			 -ENOSPC);
	sentence = error_sentence(&error);
	assert_string_equal(sentence, "cannot parse: it is cut");
}

static void an_error_that_is_done_can_be_set_again(void **state)
{
	auto_error struct error error = { 0 };

	(void)state;
	error_set(&error, -EIO, "read", "a", "b", "c");
	error_done(&error);
	assert_null(error.what);
	assert_null(error.on);
	assert_null(error.why);
	assert_null(error.hint);
	error_done(&error);
	error_set(&error, -EIO, "write", NULL, NULL, NULL);
	assert_string_equal(error.what, "write");
	assert_string_equal(error.why, strerror(EIO));
}

static void nobody_has_to_ask_for_the_error(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, -EPERM, "read", "a", "b", "c"), -EPERM);
	assert_int_equal(error_setf(NULL, -EPERM, "read", "a", "b", "%s", "c"), -EPERM);
}

static void a_formatted_reason_is_put_together(void **state)
{
	auto_error struct error error = { 0 };

	(void)state;
	assert_int_equal(error_setf(&error, -EFBIG, "read", "list", "cut it", "%d of %s", 7, "9"),
			 -EFBIG);
	assert_string_equal(error.on, "list");
	assert_string_equal(error.why, "7 of 9");
	assert_string_equal(error.hint, "cut it");
}

static void hostile_names_and_reasons_become_printable(void **state)
{
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;

	(void)state;
	error_setf(&error, -EIO, "read", "a\x1b[2J\n", NULL, "bad line '%s'", "\xff\x07");
	sentence = error_sentence(&error);
	assert_string_equal(sentence, "cannot read 'a\\x1b[2J\\x0a': bad line '\\xff\\x07'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_has_the_parts_that_are_known),
		cmocka_unit_test(no_error_still_makes_a_sentence),
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(an_error_that_is_done_can_be_set_again),
		cmocka_unit_test(nobody_has_to_ask_for_the_error),
		cmocka_unit_test(a_formatted_reason_is_put_together),
		cmocka_unit_test(hostile_names_and_reasons_become_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
