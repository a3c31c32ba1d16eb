/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repo-fixture - a tiny rpm-md repository (metadata only) from a text, in a scratch directory.
 *
 *     package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64      name-[epoch:]version-release.arch
 *     supplements modalias(kernel-default:pci:v00008086d*sv*sd*bc*sc*i*)
 *     requires ksym(default:printk) = 1111                 any kind of dependency, likewise
 *     file /usr/bin/foo
 *
 * A package provides itself. Nothing is escaped: no '&', '"' or '<' in a name.
 */
#pragma once

#include "scratch.h"
#include "trust/digest.h"

/* epoch, ver and rel of "[EPOCH:]VERSION[-RELEASE]". */
static inline void repo_put_evr(FILE *out, const char *text, size_t length)
{
	size_t colon = strcspn(text, ":"), dash;
	bool epoch = colon < length;

	fprintf(out, " epoch=\"%.*s\"", epoch ? (int)colon : 1, epoch ? text : "0");
	text += epoch ? colon + 1 : 0;
	length -= epoch ? colon + 1 : 0;
	for (dash = length; dash && text[dash - 1] != '-'; dash--)
		continue;
	fprintf(out, " ver=\"%.*s\"", (int)(dash ? dash - 1 : length), text);
	if (dash)
		fprintf(out, " rel=\"%.*s\"", (int)(length - dash), text + dash);
}

/* "NAME", "NAME = VERSION" or "NAME >= VERSION"; a rich dependency stays whole. */
static inline void repo_put_entry(FILE *out, const char *text)
{
	const char *at = *text == '(' ? NULL : strstr(text, " = ");
	const char *flag = at ? "EQ" : "GE";

	if (!at && *text != '(')
		at = strstr(text, " >= ");
	fprintf(out, "<rpm:entry name=\"%.*s\"", (int)(at ? at - text : (long)strlen(text)), text);
	if (at) {
		at = strrchr(at, ' ') + 1;
		fprintf(out, " flags=\"%s\"", flag);
		repo_put_evr(out, at, strlen(at));
	}
	fputs("/>", out);
}

/* One package: LINES[0] names it, the others say the rest; libsolv wants one element of a kind. */
static inline void repo_put_package(FILE *out, char *const *lines, size_t count)
{
	static const char *const kinds[] = { "provides",    "requires", "conflicts", "obsoletes",
					     "supplements", "enhances", "freshens" };
	const char *nevra = lines[0] + strlen("package ");
	const char *arch = strrchr(nevra, '.');
	const char *version = arch;
	auto_free char *own = NULL;

	for (int dashes = 0; dashes < 2;)
		dashes += *--version == '-';
	own = text_format("provides %.*s = %.*s", (int)(version - nevra), nevra,
			  (int)(arch - version - 1), version + 1);
	fprintf(out, "<package type=\"rpm\"><name>%.*s</name><arch>%s</arch><version",
		(int)(version - nevra), nevra, arch + 1);
	repo_put_evr(out, version + 1, (size_t)(arch - version - 1));
	fprintf(out, "/><location href=\"%s.rpm\"/><format>", nevra);
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		size_t length = strlen(kinds[kind]);

		fprintf(out, "<rpm:%s>", kinds[kind]);
		if (kind == 0)
			repo_put_entry(out, own + length + 1);
		for (size_t i = 1; i < count; i++)
			if (text_starts(lines[i], kinds[kind]) && lines[i][length] == ' ')
				repo_put_entry(out, lines[i] + length + 1);
		fprintf(out, "</rpm:%s>\n", kinds[kind]);
	}
	for (size_t i = 1; i < count; i++)
		if (text_starts(lines[i], "file "))
			fprintf(out, "<file>%s</file>", lines[i] + strlen("file "));
	fputs("</format></package>\n", out);
}

static inline void repo_put_packages(FILE *out, const char *text)
{
	auto_strings struct strings lines = { 0 };
	size_t from = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		assert_int_equal(strings_add_length(&lines, text, strcspn(text, "\n")), 0);
	for (size_t i = 1; i <= lines.count; i++) {
		if (i < lines.count && !text_starts(lines.items[i], "package "))
			continue;
		repo_put_package(out, lines.items + from, i - from);
		from = i;
	}
}

/* Make FOLDER of SCRATCH the repository of the packages in TEXT. */
static inline void repo_write(const struct scratch *scratch, const char *folder, const char *text)
{
	auto_free char *primary = NULL, *checksum = NULL, *repomd = NULL;
	auto_free char *primary_path = text_format("%s/repodata/primary.xml", folder);
	auto_free char *repomd_path = text_format("%s/repodata/repomd.xml", folder);
	size_t size = 0;
	FILE *out = open_memstream(&primary, &size);

	fputs("<metadata xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n", out);
	repo_put_packages(out, text);
	fputs("</metadata>\n", out);
	fclose(out);
	assert_int_equal(digest_hex(DIGEST_SHA256, primary, size, &checksum), 0);
	repomd =
		text_format("<repomd><data type=\"primary\"><checksum type=\"sha256\">%s</checksum>"
			    "<location href=\"repodata/primary.xml\"/></data></repomd>\n",
			    checksum);
	scratch_write(scratch, primary_path, primary);
	scratch_write(scratch, repomd_path, repomd);
}
