/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metadata read by libsolv and by us, and compared. With arguments: the files that they name, which
 * both have to read.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/text.h"
#include "primary-oracle.h"
#include "shuffle-fixture.h"

#define DOCUMENTS 4000
#define ROOT                                                                                       \
	"<metadata xmlns='http://linux.duke.edu/metadata/common'"                                  \
	" xmlns:rpm='http://linux.duke.edu/metadata/rpm'>"

static const char *choose(unsigned int *seed, const char *const *from, unsigned int count)
{
	return from[draw(seed, count)];
}

#define CHOOSE(seed, array) choose(seed, array, COUNT(array))

/* Something that means nothing, between tags. */
static void put_nothing(FILE *out, unsigned int *seed)
{
	static const char *const nothing[] = { "",
					       "",
					       "",
					       "\n",
					       " ",
					       "\r\n",
					       "\t",
					       "text",
					       "<!-- <name>no</name> -->",
					       "<?php <name>no</name> ?>",
					       "<![CDATA[<name>no</name>]]>",
					       "<odd a='>'><name>no</name></odd>",
					       "<odd/>",
					       "]]",
					       "&amp;&#x20;" };

	fputs(CHOOSE(seed, nothing), out);
}

/* TEXT in one of its spellings: of an attribute in QUOTE, or else of an element. */
static void put_text(FILE *out, unsigned int *seed, const char *text, char quote)
{
	static const char *const between[] = { "<!--x-->", "<?x?>", "<![CDATA[]]>" };

	for (; *text; text++) {
		/* A character outside ASCII stays in one piece. */
		unsigned int how = (unsigned char)*text < 0x80 ? draw(seed, 12) : 11;

		if (how == 0)
			fprintf(out, "&#%d;", (unsigned char)*text);
		else if (how == 1)
			fprintf(out, "&#x%02X;", (unsigned char)*text);
		else if (*text == '<' || *text == '&')
			fputs(*text == '<' ? "&lt;" : "&amp;", out);
		else if (*text == quote)
			fputs(quote == '"' ? "&quot;" : "&apos;", out);
		else if (how == 2 && *text == '>')
			fputs("&gt;", out);
		else
			fputc(*text, out);
		if (!quote && how == 3)
			fputs(CHOOSE(seed, between), out);
	}
}

static void put_attribute(FILE *out, unsigned int *seed, const char *name, const char *value)
{
	static const char *const space[] = { " ", " ", "\n", "\t ", "  \r\n " };
	static const char *const equals[] = { "=", "=", " =", "= ", "\n=\t" };
	char quote = "\"'"[draw(seed, 2)];

	fprintf(out, "%s%s%s%c", CHOOSE(seed, space), name, CHOOSE(seed, equals), quote);
	put_text(out, seed, value, quote);
	fputc(quote, out);
}

static const char *const editions[] = { "",    "1",  "1.0-2",  "12:3", "a:3", "0",
					"3.4", ":1", "6.4_k1", "x y",  "<>",  "1~rc1" };
static const char *const epochs[] = { "0", "0", "", "1", "00", "17", "x" };

/* Some of COUNT attributes, from any of them on. */
static void put_attributes(FILE *out, unsigned int *seed, const char *const (*attributes)[2],
			   unsigned int count)
{
	unsigned int first = draw(seed, count);

	for (unsigned int i = 0; i < count; i++)
		if (attributes[(first + i) % count][1] && draw(seed, 8))
			put_attribute(out, seed, attributes[(first + i) % count][0],
				      attributes[(first + i) % count][1]);
}

static void put_entry(FILE *out, unsigned int *seed)
{
	static const char *const names[] = { "foo",
					     "ksym(default:printk)",
					     "libc.so.6(GLIBC_2.2)(64bit)",
					     "/bin/sh",
					     "(a and b)",
					     "(a if (b or c))",
					     "(a >= 1.0 and b)",
					     "(broken",
					     "modalias(kernel-default:pci:v*sv*)",
					     "modalias(usb:v*)",
					     "packageand(a:b)",
					     "modalias(acpi*:PNP:*)",
					     "locale(foo:de)",
					     " x ",
					     "",
					     "a<b>&\"'",
					     "rpmlib(X)",
					     "filesystem(ext4)",
					     "(x and modalias(pci:v*))" };
	static const char *const flags[] = {
		"EQ", "EQ", "LT", "GT", "LE", "GE", "NE", "eq", "", "X"
	};
	static const char *const kinds[] = { "package", "pattern", "product", "" };
	static const char *const before[] = { "1", "0", "", "10", "true" };
	bool versioned = draw(seed, 2);
	const char *const attributes[][2] = {
		{ "name", CHOOSE(seed, names) },
		{ "flags", versioned ? CHOOSE(seed, flags) : NULL },
		{ "epoch", versioned || draw(seed, 9) == 0 ? CHOOSE(seed, epochs) : NULL },
		{ "ver", versioned || draw(seed, 9) == 0 ? CHOOSE(seed, editions) : NULL },
		{ "rel", versioned && draw(seed, 2) ? CHOOSE(seed, editions) : NULL },
		{ "pre", draw(seed, 4) == 0 ? CHOOSE(seed, before) : NULL },
		{ "kind", draw(seed, 9) == 0 ? CHOOSE(seed, kinds) : NULL },
		{ "xmlns:odd", draw(seed, 20) == 0 ? "odd" : NULL },
		{ "other", draw(seed, 20) == 0 ? "<>'\"\n" : NULL },
	};

	fputs("<rpm:entry", out);
	put_attributes(out, seed, attributes, COUNT(attributes));
	fputs(draw(seed, 3) ? "/>" : "\n ></rpm:entry >", out);
}

static void put_list(FILE *out, unsigned int *seed)
{
	static const char *const lists[] = { "provides",    "requires", "conflicts",
					     "obsoletes",   "suggests", "recommends",
					     "supplements", "enhances", "freshens" };
	const char *list = CHOOSE(seed, lists);

	fprintf(out, "<rpm:%s>", list);
	for (unsigned int i = draw(seed, 6); i > 0; i--) {
		put_nothing(out, seed);
		put_entry(out, seed);
	}
	put_nothing(out, seed);
	fprintf(out, "</rpm:%s\n>", list);
}

static void put_element(FILE *out, unsigned int *seed, const char *name, const char *text)
{
	fprintf(out, "<%s>", name);
	put_text(out, seed, text, 0);
	fprintf(out, "</%s>", name);
}

static void put_checksum(FILE *out, unsigned int *seed)
{
	static const char *const types[] = { "md5",    "sha",    "SHA1",  "sha224",
					     "sha256", "Sha384", "sha512" };
	static const int sizes[] = { 16, 20, 20, 28, 32, 48, 64 };
	unsigned int type = draw(seed, COUNT(types));
	char text[129] = "";

	for (int i = 0; i < 2 * sizes[type]; i++)
		text[i] = "0123456789abcdefABCDEF"[draw(seed, 22)];
	fputs("<checksum", out);
	put_attribute(out, seed, "type", types[type]);
	put_attribute(out, seed, "pkgid", draw(seed, 2) ? "YES" : "NO");
	fputs(">", out);
	put_text(out, seed, text, 0);
	fputs("</checksum>", out);
}

/* A package has one location: of a second one libsolv takes the folder of the first. */
static void put_part(FILE *out, unsigned int *seed, bool *placed)
{
	static const char *const words[] = { "foo-kmp-default",
					     "noarch",
					     "x86_64",
					     "",
					     "a b",
					     "src",
					     "f\xc3\xb6\xc3\xb6",
					     "a<b>&",
					     "SUSE LLC <https://suse.com/>" };
	static const char *const texts[] = { "name",     "arch",     "rpm:vendor",
					     "vendor",   "summary",  "rpm:license",
					     "rpm:name", "provides", "entry" };
	static const char *const paths[] = { "/usr/bin/foo", "bar",    "",    "/",
					     "/a/",          "//a//b", "a/b", "/lib/firmware/a b",
					     "/\xc3\xa9" };
	static const char *const sizes[] = { "5", "0", "", "x", "12345678901", "-1", " 7" };
	static const char *const places[] = { "a.rpm", "x86_64/a b.rpm", "./a.rpm", "", "/a.rpm" };
	const char *const version[][2] = { { "ver", CHOOSE(seed, editions) },
					   { "rel", CHOOSE(seed, editions) },
					   { "epoch", CHOOSE(seed, epochs) } };
	const char *const location[][2] = { { "href", CHOOSE(seed, places) },
					    { "xml:base", draw(seed, 2) ? "http://a/" : NULL } };

	switch (draw(seed, 9)) {
	case 0:
		put_element(out, seed, CHOOSE(seed, texts), CHOOSE(seed, words));
		break;
	case 1:
		fputs("<version", out);
		put_attributes(out, seed, version, COUNT(version));
		fputs("/>", out);
		break;
	case 2:
		if (*placed)
			break;
		*placed = true;
		fputs("<location", out);
		put_attributes(out, seed, location, COUNT(location));
		fputs("></location>", out);
		break;
	case 3:
		fputs("<size installed='3'", out);
		put_attribute(out, seed, "package", CHOOSE(seed, sizes));
		fputs("/>", out);
		break;
	case 4:
		put_checksum(out, seed);
		break;
	case 5:
		put_element(out, seed, "file", CHOOSE(seed, paths));
		break;
	default:
		put_list(out, seed);
	}
}

static void put_package(FILE *out, unsigned int *seed)
{
	static const char *const kinds[] = { "package", "package", "package", "package", "package",
					     "pattern", "product", "patch",   "other" };
	const char *kind = CHOOSE(seed, kinds);
	bool inner = false, placed = false;

	fprintf(out, "<%s", kind);
	put_attribute(out, seed, "type", draw(seed, 5) ? "rpm" : "odd");
	fputs("><name>a</name>", out);
	for (unsigned int i = draw(seed, 14); i > 0; i--) {
		put_nothing(out, seed);
		if (draw(seed, 6) == 0) {
			fputs(inner ? "</format>" : "<format>", out);
			inner = !inner;
		}
		put_part(out, seed, &placed);
	}
	fprintf(out, "%s</%s>", inner ? "</format>" : "", kind);
}

/* Metadata of some packages, spelled in any way that there is. Owned. */
static char *make_document(unsigned int seed, size_t *ret_size)
{
	static const char *const starts[] = {
		"", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
		"\xef\xbb\xbf<?xml version='1.0'?><!-- -->", "\n<?x y?>",
		"<?xml version='1.0'\tencoding='utf-8' standalone='yes' ?>"
	};
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	fputs(CHOOSE(&seed, starts), out);
	fputs(ROOT, out);
	for (unsigned int i = draw(&seed, 5); i > 0; i--) {
		put_nothing(out, &seed);
		put_package(out, &seed);
	}
	fputs("\n</metadata>\n<!-- end -->", out);
	fclose(out);
	return text;
}

/* Say where THEIRS and OURS, each NULL if it was refused, part. */
static void say_difference(const char *label, const char *theirs, const char *ours, const char *why)
{
	size_t same = 0;

	while (theirs && ours && theirs[same] && theirs[same] == ours[same])
		same++;
	while (same > 0 && theirs[same - 1] != '\n')
		same--;
	fprintf(stderr, "%s: libsolv reads\n%.300s\nwe read\n%.300s\n(%s)\n", label,
		theirs ? theirs + same : "nothing", ours ? ours + same : "nothing", why);
}

static bool is_read_alike(const char *label, const char *text, size_t size, size_t piece)
{
	const char *why = "nothing";
	auto_free char *theirs = oracle_read(text, size);
	auto_free char *ours = oracle_read_ours(text, size, piece, &why);

	if (theirs && text_equal(theirs, ours))
		return true;
	say_difference(label, theirs, ours, why);
	return false;
}

static void documents_in_any_spelling_are_read_as_libsolv_does(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < DOCUMENTS; i++) {
		size_t size = 0;
		auto_free char *label = text_format("document %u", i);
		auto_free char *text = make_document(i * 7919, &size);

		if (!is_read_alike(label, text, size, 1 + i % 500))
			fail_msg("%s", text);
	}
}

static int compare_files(int count, char **names)
{
	int differing = 0;

	for (int i = 0; i < count; i++) {
		auto_fd int fd = open(names[i], O_RDONLY | O_CLOEXEC);
		auto_bytes struct bytes bytes = { 0 };

		if (fd < 0 || file_read_fd(fd, SIZE_MAX / 2, &bytes) < 0) {
			fprintf(stderr, "%s cannot be read\n", names[i]);
			differing++;
		} else if (!is_read_alike(names[i], (const char *)bytes.data, bytes.size, 65536)) {
			differing++;
		}
	}
	return differing > 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_in_any_spelling_are_read_as_libsolv_does),
	};

	if (argc > 1)
		return compare_files(argc - 1, argv + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
