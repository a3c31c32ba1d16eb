/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/xml.h"
#include "repeat-fixture.h"

static void put_text(FILE *out, const struct xml_text *text)
{
	fwrite(text->at, 1, text->length, out);
}

static void put_event(FILE *out, const struct xml_event *event)
{
	static const char marks[] = { [XML_START] = '<', [XML_END] = '/', [XML_TEXT] = '=' };

	fputc(marks[event->kind], out);
	put_text(out, &event->name);
	for (size_t i = 0; event->kind == XML_START && i < event->count; i++) {
		fputc(' ', out);
		put_text(out, &event->attributes[i].name);
		fputc('=', out);
		put_text(out, &event->attributes[i].value);
	}
	fputs(event->kind == XML_START && event->empty ? "|." : "|", out);
}

static int drain(struct xml *xml, FILE *out, const char **reterr_why)
{
	const struct xml_event *event;
	int r;

	while ((r = xml_next(xml, &event, reterr_why)) > 0)
		put_event(out, event);
	return r;
}

/* The events of SIZE bytes of TEXT, given PIECE at a time. Owned. */
static char *scan(const char *text, size_t size, size_t piece, int *ret, const char **ret_why)
{
	auto_xml struct xml *xml = NULL;
	char *events = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&events, &length);
	int r = xml_new(&xml);

	*ret_why = NULL;
	for (size_t at = 0; at < size && r == 0;) {
		size_t wanted = size - at < piece ? size - at : piece;
		ssize_t taken = xml_take(xml, text + at, wanted);

		assert_true(taken >= 0);
		at += (size_t)taken;
		r = drain(xml, out, ret_why);
	}
	xml_finish(xml);
	*ret = r < 0 ? r : drain(xml, out, ret_why);
	fclose(out);
	return events;
}

static const struct {
	const char *text, *events;
} documents[] = {
	{ "<a/>", "<a|." },
	{ "<a></a>", "<a|/a|" },
	{ "<a ></a\n>", "<a|/a|" },
	{ "<?xml version='1.0'?>\n<a/>\n", "<a|." },
	{ "<?xml version = \"1.1\" encoding\n= 'Utf-8' standalone='no' ?><a/>", "<a|." },
	{ "\xef\xbb\xbf<?xml version='1.0'?><a/>", "<a|." },
	{ "\xef\xbb\xbf<a/>", "<a|." },
	{ "<?xml version='1.0' encoding='us-ascii'?><a>b</a>", "<a|=b|/a|" },
	{ "<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe4'>\xff</a>",
	  "<a b=\xc3\xa4|=\xc3\xbf|/a|" },
	{ "<a b='1' c=\"2\"\n\td = '3'/>", "<a b=1 c=2 d=3|." },
	{ "<a b='>' c='\"' d=\"'\" e='/>'/>", "<a b=> c=\" d=' e=/>|." },
	{ "<a b=''/>", "<a b=|." },
	{ "<a b='a value of more than sixteen bytes, to say the least'/>",
	  "<a b=a value of more than sixteen bytes, to say the least|." },
	{ "<a b='1\n2\t3\r\n4\r5'/>", "<a b=1 2 3 4 5|." },
	{ "<a b='&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x20AC;&#10;'/>",
	  "<a b=<>&\"'AB\xe2\x82\xac\n|." },
	{ "<a>&amp;amp;&#38;lt;</a>", "<a|=&amp;&lt;|/a|" },
	{ "<a>&#x10FFFF;&#0013;</a>", "<a|=\xf4\x8f\xbf\xbf\r|/a|" },
	{ "<a>1\r\n2\r3\n\r\n</a>", "<a|=1\n2\n3\n\n|/a|" },
	{ "<a>]] > ]>]</a>", "<a|=]] > ]>]|/a|" },
	{ "<a>\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7</a>",
	  "<a|=\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7|/a|" },
	{ "<a><b><c/></b>d</a>", "<a|<b|<c|./b|=d|/a|" },
	{ "<x:a.b-c_1 x:y='1'/>", "<x:a.b-c_1 x:y=1|." },
	{ "<\xc3\xa4/>", "<\xc3\xa4|." },
	{ "<!-- <b> - ]]> &x; --><a><!----><?x <b> ?><?y?></a><!-- --> <?z ?x ?>", "<a|/a|" },
	{ "<a><![CDATA[<b>&amp;]]]]]]></a>", "<a|=<b>&amp;]]]]|/a|" },
	{ "<a><![CDATA[]]></a>", "<a|=|/a|" },
};

static void tags_and_texts_come_out_in_any_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++)
		for (size_t piece = 1; piece < 24; piece++) {
			const char *why;
			int r;
			auto_free char *events =
				scan(documents[i].text, strlen(documents[i].text), piece, &r, &why);

			if (r != 0 || strcmp(events, documents[i].events) != 0)
				fail_msg("%s, %zu at a time: %d %s '%s'", documents[i].text, piece,
					 r, why ? why : "", events);
		}
}

static const struct {
	const char *text, *why;
} refused[] = {
	{ "", "empty" },
	{ "\n", "empty" },
	{ "text", "not well-formed" },
	{ "<!DOCTYPE a><a/>", "document type" },
	{ "<a/><!ENTITY b 'c'>", "document type" },
	{ "<!><a/>", "document type" },
	{ "<a><!ELEMENT></a>", "document type" },
	{ "<?xml version='1.0' encoding='utf-16'?><a/>", "encoding" },
	{ "<?xml version='1.0' encoding=\"utf-8-odd\"?><a/>", "encoding" },
	{ "<?xml version='1.0' encoding='' ?><a/>", "encoding" },
	{ "<?xml version='1.0' encoding=utf-8?><a/>", "declaration" },
	{ "<?xml version='1.0' encoding", "declaration" },
	{ "<?xml version='1.0'encoding='utf-8'?><a/>", "declaration" },
	{ "<?xml encoding='utf-8'?><a/>", "declaration" },
	{ "<?xml version='1.0' standalone='maybe'?><a/>", "declaration" },
	{ "<?xml version='1 0'?><a/>", "declaration" },
	{ "<?xml version='1.0' odd='1'?><a/>", "declaration" },
	{ " <?xml version='1.0'?><a/>", "not well-formed" },
	{ "<a/><?xml version='1.0'?>", "not well-formed" },
	{ "<a/><?XmL version='1.0'?>", "not well-formed" },
	{ "<?1?><a/>", "not well-formed" },
	{ "<?x", "cut" },
	{ "<?a&?><a/>", "not well-formed" },
	{ "<a>\xff</a>", "UTF-8" },
	{ "<a b='\xc3'/>", "UTF-8" },
	{ "<a>\xc0\xaf</a>", "UTF-8" },
	{ "<a>\xed\xa0\x80</a>", "UTF-8" },
	{ "<a>\xef\xbf\xbe</a>", "UTF-8" },
	{ "<a>\xf5\x80\x80\x80</a>", "UTF-8" },
	{ "<!-- \xe4 --><a/>", "UTF-8" },
	{ "<?xml version='1.0' encoding='us-ascii'?><a>\xc3\xa4</a>", "us-ascii" },
	{ "<a>\x01</a>", "control character" },
	{ "<a b='\x1f'/>", "control character" },
	{ "<a><b></a></b>", "do not match" },
	{ "<a></b>", "do not match" },
	{ "<a></aa>", "do not match" },
	{ "<aa></a>", "do not match" },
	{ "</a>", "do not match" },
	{ "<a/></a>", "do not match" },
	{ "<a></a b='1'>", "not well-formed" },
	{ "<a></ a>", "do not match" },
	{ "<a/><a/>", "follows its end" },
	{ "<a></a>text", "follows its end" },
	{ "<a/>&#32;", "follows its end" },
	{ "<![CDATA[ ]]><a/>", "not well-formed" },
	{ "<a", "cut" },
	{ "<a>", "cut" },
	{ "<a><b></b>", "cut" },
	{ "<a>text", "cut" },
	{ "<a b='", "cut" },
	{ "<a><!-- ", "cut" },
	{ "<a/><!-- ", "cut" },
	{ "<a/><", "cut" },
	{ "<a b=1/>", "no quotes" },
	{ "<a b='<'/>", "holds a '<'" },
	{ "<a b/>", "not well-formed" },
	{ "<a b='1'c='2'/>", "not well-formed" },
	{ "<a b='1' b='2'/>", "not well-formed" },
	{ "<a b='1' c='2' bb='3' b='4'/>", "not well-formed" },
	{ "<a / >", "not well-formed" },
	{ "<a 1='2'/>", "not well-formed" },
	{ "< a/>", "not well-formed" },
	{ "<1/>", "not well-formed" },
	{ "<a&b/>", "not well-formed" },
	{ "<a>]]></a>", "not well-formed" },
	{ "<a><!-- -- --></a>", "not well-formed" },
	{ "<a><!-- ---></a>", "not well-formed" },
	{ "<a>&b;</a>", "stands for nothing" },
	{ "<a>&</a>", "stands for nothing" },
	{ "<a>a & b</a>", "stands for nothing" },
	{ "<a>&amp</a>", "stands for nothing" },
	{ "<a b='&amp'/>", "stands for nothing" },
	{ "<a b='&nbsp;'/>", "stands for nothing" },
	{ "<a>&#;</a>", "stands for nothing" },
	{ "<a>&#x;</a>", "stands for nothing" },
	{ "<a>&#0;</a>", "stands for nothing" },
	{ "<a>&#1;</a>", "stands for nothing" },
	{ "<a>&#xd800;</a>", "stands for nothing" },
	{ "<a>&#xFFFF;</a>", "stands for nothing" },
	{ "<a>&#x110000;</a>", "stands for nothing" },
	{ "<a>&#4294967361;</a>", "stands for nothing" },
	{ "<a>&#6a;</a>", "stands for nothing" },
	{ "<a>&#X41;</a>", "stands for nothing" },
};

static void what_is_no_such_document_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		for (size_t piece = 1; piece < 24; piece++) {
			const char *why;
			int r;
			auto_free char *events =
				scan(refused[i].text, strlen(refused[i].text), piece, &r, &why);

			if (r != -EBADMSG || !why || !strstr(why, refused[i].why))
				fail_msg("%s, %zu at a time: %d %s '%s'", refused[i].text, piece, r,
					 why ? why : "", events);
		}
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state)
{
	static const char text[] = "<a b='c'>d</a><!-- e -->";

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		char spoiled[sizeof(text)];
		const char *why;
		int r;

		memcpy(spoiled, text, sizeof(text));
		spoiled[at] = '\0';
		free(scan(spoiled, sizeof(text) - 1, 5, &r, &why));
		assert_int_equal(r, -EBADMSG);
		assert_string_equal(why, "it holds a NUL byte");
	}
}

static void each_bound_is_as_said_and_no_nearer(void **state)
{
	static const struct {
		const char *start, *middle, *end, *why;
		size_t most;
	} cases[] = {
		{ "<a ", "b", "='c'/>", "an element", MARKUP_ELEMENT_MAX - 9 },
		{ "<a b='", "&#40;&#40;", "'/>", "an element", (MARKUP_ELEMENT_MAX - 9) / 10 },
		{ "<a>", "x", "</a>", "the text", MARKUP_ELEMENT_MAX },
		{ "<a><!--", "x", "--></a>", "the text", MARKUP_ELEMENT_MAX - 7 },
		{ "<a>", "x<?y?>", "</a>", "the text", MARKUP_ELEMENT_MAX / 6 },
		{ "<a><![CDATA[", "x", "]]></a>", "the text", MARKUP_ELEMENT_MAX - 12 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t more = 0; more < 2; more++) {
			auto_free char *text = repeat(cases[i].start, cases[i].most + more,
						      cases[i].middle, cases[i].end);
			const char *why;
			int r;

			free(scan(text, strlen(text), 4096 << i, &r, &why));
			if (more ? r != -EBADMSG || !strstr(why, cases[i].why) : r != 0)
				fail_msg("%s%s...: %zu more: %d %s", cases[i].start,
					 cases[i].middle, more, r, why);
		}
}

static void elements_nest_as_deep_as_is_said(void **state)
{
	const char *why;
	int r;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		auto_free char *starts = repeat("", MARKUP_DEPTH_MAX + more, "<a>", "");
		auto_free char *text = repeat(starts, MARKUP_DEPTH_MAX + more, "</a>", "");

		free(scan(text, strlen(text), 4096, &r, &why));
		assert_int_equal(r, more ? -EBADMSG : 0);
		assert_true(!more || strstr(why, "nested too deeply"));
	}
}

static void an_element_has_as_many_attributes_as_is_said(void **state)
{
	const char *why;
	int r;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		fputs("<a", out);
		for (size_t i = 0; i < MARKUP_ATTRIBUTES_MAX + more; i++)
			fprintf(out, " a%zu='%zu'", i, i);
		fputs("/>", out);
		fclose(out);
		free(scan(text, size, 4096, &r, &why));
		free(text);
		assert_int_equal(r, more ? -EBADMSG : 0);
		assert_true(!more || strstr(why, "too many attributes"));
	}
}

static void a_piece_of_any_size_is_taken_after_a_while(void **state)
{
	auto_free char *value = repeat("<a b='", MARKUP_ELEMENT_MAX / 2, "x", "'/>");
	auto_free char *text = repeat("<r>", 8, value, "</r>");
	auto_free char *small = NULL, *large = NULL;
	const char *why;
	int r;

	(void)state;
	small = scan(text, strlen(text), 65537, &r, &why);
	assert_int_equal(r, 0);
	large = scan(text, strlen(text), SIZE_MAX, &r, &why);
	assert_int_equal(r, 0);
	assert_string_equal(small, large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_and_texts_come_out_in_any_spelling),
		cmocka_unit_test(what_is_no_such_document_is_refused),
		cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
		cmocka_unit_test(each_bound_is_as_said_and_no_nearer),
		cmocka_unit_test(elements_nest_as_deep_as_is_said),
		cmocka_unit_test(an_element_has_as_many_attributes_as_is_said),
		cmocka_unit_test(a_piece_of_any_size_is_taken_after_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
