/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"

static struct json *parse(const char *text)
{
	struct json *json = NULL;

	if (json_parse(text, strlen(text), &json) != 0)
		fail_msg("not parsed: %s", text);
	return json;
}

/* One of each kind: the object that questions of the wrong type are asked of. */
static struct json *one_of_each(void)
{
	return parse("{\"text\": \"t\", \"number\": 7, \"real\": 1.5, \"yes\": true, \"no\": false,"
		     " \"none\": null, \"array\": [\"a\", 1, null], \"object\": {\"in\": -3}}");
}

static const char *const one_of_each_keys[] = { "text", "number", "real",   "yes",   "no",
						"none", "array",  "object", "absent" };

static void what_was_built_is_written_in_order(void **state)
{
	auto_json struct json *json = json_new_object();
	struct json *array = json_new_array();
	auto_free char *text = NULL;

	(void)state;
	json_set_text(json, "zulu", "last letter, first key");
	json_set_number(json, "largest", INT64_MAX);
	json_set_number(json, "smallest", INT64_MIN);
	json_set_bool(json, "yes", true);
	json_set_bool(json, "no", false);
	json_set_null(json, "none");
	json_append_text(array, "a/b");
	json_append_text(array, NULL);
	json_append(array, json_new_object());
	json_append(array, json_new_array());
	json_set(json, "list", array);
	json_set_text(json, "alpha", NULL);
	json_set(json, "empty", json_new_array());
	text = json_text(json);
	assert_string_equal(text, "{\n"
				  "  \"zulu\": \"last letter, first key\",\n"
				  "  \"largest\": 9223372036854775807,\n"
				  "  \"smallest\": -9223372036854775808,\n"
				  "  \"yes\": true,\n"
				  "  \"no\": false,\n"
				  "  \"none\": null,\n"
				  "  \"list\": [\n"
				  "    \"a/b\",\n"
				  "    null,\n"
				  "    {\n"
				  "    },\n"
				  "    [\n"
				  "    ]\n"
				  "  ],\n"
				  "  \"alpha\": null,\n"
				  "  \"empty\": [\n"
				  "  ]\n"
				  "}\n");
}

static void a_key_that_is_set_again_keeps_its_place(void **state)
{
	auto_json struct json *json = json_new_object();
	auto_free char *text = NULL;

	(void)state;
	json_set_text(json, "first", "old");
	json_set(json, "second", json_new_array());
	json_set_number(json, "first", 1);
	json_set_null(json, "second");
	text = json_text(json);
	assert_string_equal(text, "{\n  \"first\": 1,\n  \"second\": null\n}\n");
}

static void many_keys_keep_their_order(void **state)
{
	auto_json struct json *json = json_new_object();
	auto_free char *text = NULL;
	const char *at;

	(void)state;
	for (int i = 999; i >= 0; i--) {
		auto_free char *key = text_format("k%03d", i);

		json_set_number(json, key, i);
	}
	text = json_text(json);
	at = text;
	for (int i = 999; i >= 0; i--) {
		auto_free char *key = text_format("\"k%03d\": %d", i, i);

		at = strstr(at, key);
		if (!at)
			fail_msg("%s is absent, or not where it was set", key);
	}
}

static void texts_come_back_printable(void **state)
{
	static const struct {
		const char *label, *text, *back;
	} cases[] = {
		{ "plain", "pci:v*", "pci:v*" },
		{ "empty", "", "" },
		{ "quotes and backslashes", "\"a\\b\"", "\"a\\b\"" },
		{ "slashes", "a/b", "a/b" },
		{ "UTF-8", "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80" },
		{ "no UTF-8", "a\xff", "a\\xff" },
		{ "overlong", "\xc0\x80", "\\xc0\\x80" },
		{ "a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "cut", "\xe2\x82", "\\xe2\\x82" },
		{ "controls", "\x1b\n\x7f\xc2\x85", "\\x1b\\x0a\\x7f\\xc2\\x85" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_json struct json *json = json_new_object();
		struct json *array = json_new_array();
		auto_json struct json *back = NULL;
		auto_free char *text = NULL;
		const struct json *list;

		json_set_text(json, "key", cases[i].text);
		json_append_text(array, cases[i].text);
		json_set(json, "list", array);
		text = json_text(json);
		back = parse(text);
		list = json_get_array(back, "list");
		if (!text_equal(json_get_text(back, "key"), cases[i].back) ||
		    !text_equal(json_item_text(list, 0), cases[i].back))
			fail_msg("%s: written as %s", cases[i].label, text);
	}
}

static void the_stream_gets_what_the_string_has(void **state)
{
	auto_json struct json *json = one_of_each();
	auto_free char *text = json_text(json);
	auto_free char *written = NULL;
	size_t size = 0;
	auto_file FILE *out = open_memstream(&written, &size);

	(void)state;
	assert_int_equal(json_write(json, out), 0);
	assert_string_equal(written, text);
}

static void a_stream_that_takes_nothing_is_an_error(void **state)
{
	auto_json struct json *json = one_of_each();
	auto_file FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	assert_int_equal(json_write(json, full), -EIO);
}

static void a_document_cut_anywhere_is_refused(void **state)
{
	static const char *const documents[] = {
		"{\"format\": 1, \"list\": [\"a\\\"\\u00e4\", 12, -3, true, false, null, {}, []]}",
		"[\"\xc3\xa4\xf0\x9f\x98\x80\"]",
		"\"text\"",
		"{\"a\": {\"b\": [{\"c\": 1.25e3}]}}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		size_t size = strlen(documents[i]);

		json_free(parse(documents[i]));
		for (size_t cut = 0; cut < size; cut++) {
			/* Of its own size, so that a sanitizer sees what is read behind it. */
			auto_free char *text = strndup(documents[i], cut);
			struct json *json = NULL;

			if (json_parse(text, cut, &json) != -EBADMSG)
				fail_msg("parsed: %s", text);
			assert_null(json);
		}
	}
}

static void only_one_well_formed_document_is_read(void **state)
{
#define ROW(text, r)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1, r                                                          \
	}
	static const struct {
		const char *text;
		size_t size;
		int r;
	} cases[] = {
		ROW("{}", 0),
		ROW(" \t\r\n[] \t\r\n", 0),
		ROW("12", 0),
		ROW("true", 0),
		ROW("\"\"", 0),
		ROW("", -EBADMSG),
		ROW("   ", -EBADMSG),
		ROW("{}x", -EBADMSG),
		ROW("{} {}", -EBADMSG),
		ROW("[]]", -EBADMSG),
		ROW("{} /* no comments */", -EBADMSG),
		ROW("[1,]", -EBADMSG),
		ROW("{\"a\": 1,}", -EBADMSG),
		ROW("{\"a\"}", -EBADMSG),
		ROW("{a: 1}", -EBADMSG),
		ROW("['a']", -EBADMSG),
		ROW("[TRUE]", -EBADMSG),
		ROW("[01]", -EBADMSG),
		ROW("[-]", -EBADMSG),
		ROW("[\"\xff\"]", -EBADMSG),
		ROW("[\"\xc3\"]", -EBADMSG),
		ROW("[\"\\x\"]", -EBADMSG),
		ROW("\0{}", -EBADMSG),
		ROW("{}\0", -EBADMSG),
		ROW("{}\0{}", -EBADMSG),
		ROW("[1\0]", -EBADMSG),
		ROW("[\"a\0b\"]", -EBADMSG),
	};
#undef ROW

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_json struct json *json = NULL;
		int r = json_parse(cases[i].text, cases[i].size, &json);

		if (r != cases[i].r)
			fail_msg("row %zu, '%s': got %d", i, cases[i].text, r);
	}
}

static void thirty_two_levels_are_the_deepest(void **state)
{
	static const struct {
		const char *open, *inner, *close;
		size_t levels;
		int r;
	} cases[] = {
		{ "[", "", "]", 32, 0 },
		{ "[", "", "]", 33, -EBADMSG },
		{ "[", "1", "]", 31, 0 },
		{ "[", "1", "]", 32, -EBADMSG },
		{ "{\"a\":", "{}", "}", 31, 0 },
		{ "{\"a\":", "{}", "}", 32, -EBADMSG },
		{ "[", "", "]", 100000, -EBADMSG },
		{ "[", "", "", 100000, -EBADMSG },
		{ "{\"a\":", "", "", 9999, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_json struct json *json = NULL;
		auto_free char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);
		int r;

		for (size_t level = 0; level < cases[i].levels; level++)
			fputs(cases[i].open, out);
		fputs(cases[i].inner, out);
		for (size_t level = 0; level < cases[i].levels; level++)
			fputs(cases[i].close, out);
		assert_int_equal(fclose(out), 0);
		r = json_parse(text, size, &json);
		if (r != cases[i].r)
			fail_msg("%zu times '%s': got %d", cases[i].levels, cases[i].open, r);
	}
}

static void only_whole_numbers_that_fit_are_numbers(void **state)
{
	static const struct {
		const char *text;
		bool fits;
		int64_t number;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "-1", true, -1 },
		{ "4294967296", true, 4294967296 },
		{ "9223372036854775806", true, INT64_MAX - 1 },
		{ "-9223372036854775807", true, INT64_MIN + 1 },
		{ "9223372036854775808", false, 0 },
		{ "18446744073709551615", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999999999999", false, 0 },
		{ "-99999999999999999999999999999999", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "\"1\"", false, 0 },
		{ "true", false, 0 },
		{ "null", false, 0 },
		{ "[1]", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_free char *text = text_format("{\"n\": %s}", cases[i].text);
		auto_json struct json *json = parse(text);
		int64_t number = 42;

		if (json_get_number(json, "n", &number) != cases[i].fits)
			fail_msg("%s: got %d", cases[i].text, !cases[i].fits);
		if (number != (cases[i].fits ? cases[i].number : 42))
			fail_msg("%s: got %jd", cases[i].text, (intmax_t)number);
	}
}

static void of_a_key_given_twice_the_last_stands(void **state)
{
	auto_json struct json *json = parse("{\"a\": [1], \"b\": 2, \"a\": \"last\"}");

	(void)state;
	assert_string_equal(json_get_text(json, "a"), "last");
	assert_null(json_get_array(json, "a"));
}

static void getters_answer_for_their_own_type_only(void **state)
{
	auto_json struct json *json = one_of_each();
	const struct json *array = json_get_array(json, "array");
	int64_t number = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(one_of_each_keys); i++) {
		const char *key = one_of_each_keys[i];

		if (!json_get(json, key) != (text_equal(key, "none") || text_equal(key, "absent")))
			fail_msg("%s: present?", key);
		if (!json_get_text(json, key) != !text_equal(key, "text"))
			fail_msg("%s: a text?", key);
		if (json_get_number(json, key, &number) != text_equal(key, "number"))
			fail_msg("%s: a number?", key);
		if (!json_get_array(json, key) != !text_equal(key, "array"))
			fail_msg("%s: an array?", key);
		if (json_is_null(json, key) != text_equal(key, "none"))
			fail_msg("%s: null?", key);
	}
	assert_int_equal(number, 7);
	assert_true(json_get_number(json_get(json, "object"), "in", &number));
	assert_int_equal(number, -3);
	assert_int_equal(json_length(array), 3);
	assert_string_equal(json_item_text(array, 0), "a");
	assert_null(json_item_text(array, 1));
	assert_non_null(json_item(array, 1));
	assert_null(json_item(array, 2));
	assert_null(json_item(array, 3));
	assert_null(json_item(array, SIZE_MAX));
	assert_null(json_item_text(array, 3));
}

static void what_is_no_object_has_no_keys(void **state)
{
	auto_json struct json *json = one_of_each();

	(void)state;
	for (size_t i = 0; i < COUNT(one_of_each_keys); i++) {
		const struct json *value = json_get(json, one_of_each_keys[i]);
		int64_t number;

		assert_null(json_get(value, "text"));
		assert_null(json_get_text(value, "text"));
		assert_null(json_get_array(value, "array"));
		assert_false(json_get_number(value, "number", &number));
		assert_false(json_is_null(value, "none"));
	}
}

static void what_is_no_array_has_no_items(void **state)
{
	auto_json struct json *json = one_of_each();

	(void)state;
	for (size_t i = 0; i < COUNT(one_of_each_keys); i++) {
		const struct json *value = json_get(json, one_of_each_keys[i]);

		if (text_equal(one_of_each_keys[i], "array"))
			continue;
		assert_int_equal(json_length(value), 0);
		assert_null(json_item(value, 0));
		assert_null(json_item_text(value, 0));
	}
	assert_int_equal(json_length(json), 0);
	assert_null(json_item(json, 0));
}

static void nothing_can_be_freed(void **state)
{
	(void)state;
	assert_null(json_free(NULL));
	assert_null(json_free(json_new_array()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_built_is_written_in_order),
		cmocka_unit_test(a_key_that_is_set_again_keeps_its_place),
		cmocka_unit_test(many_keys_keep_their_order),
		cmocka_unit_test(texts_come_back_printable),
		cmocka_unit_test(the_stream_gets_what_the_string_has),
		cmocka_unit_test(a_stream_that_takes_nothing_is_an_error),
		cmocka_unit_test(a_document_cut_anywhere_is_refused),
		cmocka_unit_test(only_one_well_formed_document_is_read),
		cmocka_unit_test(thirty_two_levels_are_the_deepest),
		cmocka_unit_test(only_whole_numbers_that_fit_are_numbers),
		cmocka_unit_test(of_a_key_given_twice_the_last_stands),
		cmocka_unit_test(getters_answer_for_their_own_type_only),
		cmocka_unit_test(what_is_no_object_has_no_keys),
		cmocka_unit_test(what_is_no_array_has_no_items),
		cmocka_unit_test(nothing_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
