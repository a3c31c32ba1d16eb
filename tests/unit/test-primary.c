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
#include "base/limits.h"
#include "base/text.h"
#include "packages/primary.h"
#include "packages/record.h"
#include "repeat-fixture.h"

static int put_record(void *context, struct record *record)
{
	static const char *const lists[] = { "provides",    "obsoletes",  "conflicts",
					     "requires",    "recommends", "suggests",
					     "supplements", "enhances",   "freshens" };
	static const char *const relations[] = {
		"", ">", "=", ">=", "<", "<>", "<=", "?", "never"
	};
	FILE *out = context;

	fprintf(out, "%s|%s|%s|%s|%s|%s|%s:%s|%llu", record_text(record, record->name),
		record_text(record, record->evr), record_text(record, record->arch),
		record_text(record, record->vendor), record_text(record, record->location),
		record_text(record, record->base), record_text(record, record->checksum_type),
		record_text(record, record->checksum), (unsigned long long)record->size);
	for (size_t i = 0; i < record->dependency_count; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];

		fprintf(out, " %s%s(%s %s %s)", lists[dependency->list],
			dependency->before ? "-first" : "", record_text(record, dependency->name),
			relations[dependency->relation], record_text(record, dependency->evr));
	}
	for (size_t i = 0; i < record->file_count; i++)
		fprintf(out, " %s", record_text(record, record->files[i]));
	fputs(";", out);
	return 0;
}

/* All records of SIZE bytes of TEXT, given FIRST bytes and then the rest. Owned. */
static char *read_cut(const char *text, size_t size, size_t first, int *ret, const char **ret_why)
{
	auto_primary struct primary *primary = NULL;
	char *records = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&records, &length);
	int r = primary_new(put_record, out, &primary);

	*ret_why = "";
	if (r == 0)
		r = primary_feed(primary, text, first, ret_why);
	if (r == 0)
		r = primary_feed(primary, text + first, size - first, ret_why);
	*ret = r < 0 ? r : primary_finish(primary, ret_why);
	fclose(out);
	return records;
}

static const struct {
	const char *label, *text, *records;
} packages[] = {
	{ "nothing at all", "<package/>", "||||||:|0;" },
	{ "names and numbers",
	  "<package type='rpm'><name>a</name><arch>noarch</arch>"
	  "<version epoch='1' ver='2' rel='3'/><size package='4'/>"
	  "<location xml:base='b' href='l.rpm'/><format><rpm:vendor>V &amp; W</rpm:vendor>"
	  "<file type='dir'>/d</file><file>e</file></format></package>",
	  "a|1:2-3|noarch|V & W|l.rpm|b|:|4 /d /e;" },
	{ "attributes in another order, other quotes",
	  "<package><version rel=\"3\" ver='2'\nepoch=\"0\" /><name\n>a</name ></package>",
	  "a|2-3|||||:|0;" },
	{ "two of each",
	  "<package><name>a</name><name>b</name><version ver='1' rel='1'/><version "
	  "ver='2'/>"
	  "<size package='1'/><size "
	  "package='2'/></package><package><name>c</name></package>",
	  "b|2|||||:|2;c||||||:|0;" },
	{ "every list",
	  "<package><format><rpm:provides><rpm:entry name='p' flags='EQ' ver='1' rel='2'/>"
	  "</rpm:provides><rpm:obsoletes><rpm:entry name='o' flags='LT' epoch='3' ver='1'/>"
	  "</rpm:obsoletes><rpm:conflicts><rpm:entry name='c' flags='GE' ver='9:1'/>"
	  "</rpm:conflicts><rpm:requires><rpm:entry name='r' pre='1'/><rpm:entry name='s'/>"
	  "</rpm:requires><rpm:recommends><rpm:entry name='(a and b)'/></rpm:recommends>"
	  "<rpm:suggests><rpm:entry name='t' flags='odd' ver='1'/></rpm:suggests>"
	  "<rpm:supplements><rpm:entry name='modalias(x:*)'/></rpm:supplements>"
	  "<rpm:enhances><rpm:entry name='e' kind='pattern'/></rpm:enhances>"
	  "<rpm:freshens><rpm:entry name='f' ver='1'/></rpm:freshens></format></package>",
	  "||||||:|0 provides(p = 1-2) obsoletes(o < 3:1) conflicts(c >= 0:9:1)"
	  " requires-first(r  ) requires(s  ) recommends((a and b)  ) suggests(t never 1)"
	  " supplements(modalias(x:*)  ) enhances(pattern:e  ) freshens(f  );" },
	{ "two lists of a kind: the last counts",
	  "<package><rpm:provides><rpm:entry name='a'/></rpm:provides>"
	  "<rpm:requires><rpm:entry name='b'/></rpm:requires>"
	  "<rpm:provides><rpm:entry name='c'/></rpm:provides></package>",
	  "||||||:|0 requires(b  ) provides(c  );" },
	{ "an entry without a name",
	  "<package><rpm:provides><rpm:entry flags='EQ' ver='1'/></rpm:provides></package>",
	  "||||||:|0;" },
	{ "what stands where nothing is meant",
	  "text<odd><package><name>no</name></package></odd><package>text"
	  "<odd><name>no</name></odd><package><name>no</name></package>"
	  "<rpm:provides><rpm:requires><rpm:entry name='no'/></rpm:requires>"
	  "<rpm:entry name='p'><rpm:entry name='no'/></rpm:entry></rpm:provides>"
	  "<rpm:entry name='no'/></package>",
	  "||||||:|0 provides(p  );" },
	{ "a comment, an instruction and a section in a text",
	  "<package><name>a<!--b-->c<?d?><![CDATA[<e>]]>f</name></package>", "ac<e>f||||||:|0;" },
	{ "an element in a text leaves nothing of it", "<package><name>a<b>c</b>d</name></package>",
	  "||||||:|0;" },
	{ "other prefixes for the same",
	  "<c:package xmlns:c='http://linux.duke.edu/metadata/common'"
	  " xmlns:r='http://linux.duke.edu/metadata/rpm'><c:name>a</c:name><c:format>"
	  "<r:vendor>v</r:vendor><r:provides><r:entry "
	  "name='p'/></r:provides><r:name>no</r:name>"
	  "</c:format></c:package>",
	  "a|||v|||:|0 provides(p  );" },
	{ "prefixes that nothing is said of",
	  "<c:package><c:name>a</c:name><r:provides><r:entry name='p'/></r:provides>"
	  "</c:package>",
	  "a||||||:|0 provides(p  );" },
	{ "a prefix of something else",
	  "<package xmlns:o='odd'><name>a</name><o:name>no</o:name><o:file>no</o:file>"
	  "<rpm:provides><o:entry name='no'/></rpm:provides></package>"
	  "<o:package><o:name>b</o:name></o:package>",
	  "a||||||:|0;b||||||:|0;" },
	{ "products, patterns and patches",
	  "<product><name>a</name></product><pattern><name>b</name></pattern>"
	  "<patch><name>c</name></patch><patch/>",
	  "product:a||||||:|0;pattern:b||||||:|0;patch:c||||||:|0;patch:||||||:|0;" },
	{ "checksums, the last of which counts",
	  "<package><checksum type='sha256' "
	  "pkgid='YES'>0000000000000000000000000000000000000000"
	  "000000000000000000000000</checksum><checksum type='MD5' pkgid='NO'>"
	  "0123456789abcdefABCDEF0123456789</checksum></package>",
	  "||||||MD5:0123456789abcdefABCDEF0123456789|0;" },
};

static void a_package_becomes_a_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packages); i++) {
		auto_free char *text = text_format("<?xml version='1.0'?><metadata>%s</metadata>\n",
						   packages[i].text);
		size_t size = strlen(text);

		for (size_t cut = 0; cut <= size; cut++) {
			const char *why;
			int r;
			auto_free char *records = read_cut(text, size, cut, &r, &why);

			if (r != 0 || strcmp(records, packages[i].records) != 0)
				fail_msg("%s, cut at %zu: %d %s\n%s", packages[i].label, cut, r,
					 why, records);
		}
	}
}

static void what_is_no_package_metadata_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "<html><body>not found</body></html>", "it is no package metadata" },
		{ "<repomd/>", "it is no package metadata" },
		{ "<package><name>a</name></package>", "it is no package metadata" },
		{ "<x:metadata xmlns:x='odd'/>", "it is no package metadata" },
		{ "<rpm:metadata/>", "it is no package metadata" },
		{ "<metadata><package></metadata>", "its tags do not match" },
		{ "<metadata><package/>", "it is cut" },
		{ "<metadata/><metadata/>", "something follows its end" },
		{ "", "it is empty" },
		{ "<metadata><package><checksum>00</checksum></package></metadata>", "not known" },
		{ "<metadata><package><checksum type='crc'>00</checksum></package></metadata>",
		  "not known" },
		{ "<metadata><package><checksum type='md5'>00</checksum></package></metadata>",
		  "a checksum of it is none" },
		{ "<metadata><package><checksum type='md5'>x123456789abcdefABCDEF0123456789"
		  "</checksum></package></metadata>",
		  "a checksum of it is none" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
			const char *why;
			int r;

			free(read_cut(cases[i].text, strlen(cases[i].text), cut, &r, &why));
			if (r != -EBADMSG || !strstr(why, cases[i].why))
				fail_msg("%s, cut at %zu: %d %s", cases[i].text, cut, r, why);
		}
}

static void each_bound_is_as_said_and_no_nearer(void **state)
{
	static const struct {
		const char *start, *middle, *end, *why;
		size_t most;
	} cases[] = {
		{ "<metadata><package><rpm:requires><rpm:entry name='", "(",
		  "'/></rpm:requires></package></metadata>", "parentheses",
		  MARKUP_PARENTHESES_MAX },
		{ "<metadata><package><rpm:requires><rpm:entry name='", "&#40;",
		  "'/></rpm:requires></package></metadata>", "parentheses",
		  MARKUP_PARENTHESES_MAX },
		{ "<metadata><package>", "<file>a</file>", "</package></metadata>",
		  "too many dependencies and files", MARKUP_PACKAGE_MAX },
		{ "<metadata><package><format>", "<odd/>", "</format></package></metadata>",
		  "too many dependencies and files", MARKUP_PACKAGE_MAX - 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t more = 0; more < 2; more++) {
			auto_free char *text = repeat(cases[i].start, cases[i].most + more,
						      cases[i].middle, cases[i].end);
			const char *why;
			int r;

			free(read_cut(text, strlen(text), 1000, &r, &why));
			if (more ? r != -EBADMSG || !strstr(why, cases[i].why) : r != 0)
				fail_msg("%s%s...: %zu more: %d %s", cases[i].start,
					 cases[i].middle, more, r, why);
		}
}

static void bounds_start_anew_with_each_package(void **state)
{
	auto_free char *package =
		repeat("<package>", MARKUP_PACKAGE_MAX, "<odd/>", "</package><odd/>");
	auto_free char *text = repeat("<metadata>", 3, package, "</metadata>");
	const char *why;
	int r;
	auto_free char *records = read_cut(text, strlen(text), 0, &r, &why);

	(void)state;
	assert_int_equal(r, 0);
	assert_string_equal(records, "||||||:|0;||||||:|0;||||||:|0;");
}

static int count_to_two(void *context, struct record *record)
{
	int *count = context;

	(void)record;
	return ++*count == 2 ? -ECANCELED : 1;
}

static void what_the_sink_says_ends_the_reading(void **state)
{
	static const char text[] = "<metadata><package/><package/><package/></metadata>";
	auto_primary struct primary *primary = NULL;
	const char *why = NULL;
	int count = 0;

	(void)state;
	assert_int_equal(primary_new(count_to_two, &count, &primary), 0);
	assert_int_equal(primary_feed(primary, text, strlen(text), &why), 0);
	assert_int_equal(primary_finish(primary, &why), -ECANCELED);
	assert_int_equal(primary_feed(primary, text, strlen(text), &why), -ECANCELED);
	assert_int_equal(primary_finish(primary, &why), -ECANCELED);
	assert_int_equal(count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_becomes_a_record),
		cmocka_unit_test(what_is_no_package_metadata_is_refused),
		cmocka_unit_test(each_bound_is_as_said_and_no_nearer),
		cmocka_unit_test(bounds_start_anew_with_each_package),
		cmocka_unit_test(what_the_sink_says_ends_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
