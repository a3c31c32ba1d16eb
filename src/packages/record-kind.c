/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/record-kind.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

#define HINT_START "modalias("

bool dependency_is_of_kernel(const char *name)
{
	static const char *const starts[] = { "ksym(", "kernel(", "kmod(", "kernel-" };

	if (*name == '/')
		return false;
	for (size_t i = 0; i < COUNT(starts); i++)
		if (text_starts(name, starts[i]))
			return !text_starts(name, "kernel-firmware");
	return text_equal(name, "kernel") || strstr(name, "-kmp");
}

bool provide_is_of_module(const char *name)
{
	return text_starts(name, "kmod(") || text_starts(name, "ksym(");
}

bool provide_is_release(const char *name)
{
	return text_equal(name, "kernel-uname-r");
}

bool provide_is_of_kernel(const char *name)
{
	return provide_is_release(name) || text_equal(name, "kernel") ||
	       text_starts(name, "kernel(") || provide_is_of_module(name);
}

bool provide_is_firmware(const char *name)
{
	return text_starts(name, "firmware(");
}

bool name_is_of_kernel(const char *name)
{
	return text_starts(name, "kernel-") && !text_starts(name, "kernel-module-") &&
	       !text_starts(name, "kernel-firmware") && !strstr(name, "-kmp-");
}

/* They carry modules of the same kernel; nothing else does. */
static const char *const parts[] = { "-base", "-extra", "-optional" };

bool name_is_part(const char *name)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (text_ends(name, parts[i]))
			return true;
	return false;
}

bool name_is_part_of(const char *name, const char *kernel)
{
	size_t length = strlen(kernel);

	if (strncmp(name, kernel, length) != 0)
		return false;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (strcmp(name + length, parts[i]) == 0)
			return true;
	return false;
}

bool name_is_of_driver(const char *name)
{
	return strstr(name, "-kmp-");
}

bool name_is_of_firmware(const char *name)
{
	return text_ends(name, "-firmware") || strstr(name, "-firmware-");
}

/* The certificate package of a KMP is named so by %kernel_module_package -c. */
bool name_is_of_certificate(const char *name)
{
	return text_ends(name, "-ueficert");
}

/*
 * Can TEXT be a part of a NEVRA: not empty or too long, no slash, blank or control character?
 * Versions are compared a thousand times over.
 */
static bool is_word(const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '/')
			return false;
	return c > text && (size_t)(c - text) <= IDENTITY_PART_MAX;
}

/* An edition as rpm takes it: a numeric epoch of 32 bits, if any, and a version. */
static bool is_edition(const char *text)
{
	const char *colon = strchr(text, ':');
	char *end = NULL;

	if (!is_word(text) || text[strcspn(text, "-")] == '\0')
		return false;
	if (!colon)
		return *text != '-';
	if (!isdigit((unsigned char)*text) || strtoull(text, &end, 10) > UINT32_MAX)
		return false;
	return end == colon && colon[1] != '-';
}

bool identity_is_well_formed(const char *name, const char *evr, const char *arch)
{
	return is_word(name) && is_word(arch) && is_edition(evr);
}

/* What is provided, seen through all of it once. */
struct provided {
	bool release, kernel, module, firmware, solved;
};

static void look_at_provide(const char *name, struct provided *provided)
{
	provided->release |= provide_is_release(name);
	provided->kernel |= provide_is_of_kernel(name);
	provided->module |= provide_is_of_module(name);
	provided->firmware |= provide_is_firmware(name);
	provided->solved |= dependency_is_of_kernel(name);
}

bool dependency_may_hold_hint(const struct record_dependency *dependency)
{
	return dependency->list == RECORD_SUPPLEMENTS || dependency->list == RECORD_FRESHENS ||
	       dependency->list == RECORD_PROVIDES;
}

/* The hint at TEXT ends with its parenthesis, or where TEXT does. In bytes. */
static size_t hint_length(const char *text)
{
	size_t length = 0, depth = 0;

	for (; text[length]; length++) {
		if (text[length] == '(')
			depth++;
		else if (text[length] == ')' && --depth == 0)
			return length + 1;
	}
	return length;
}

static bool has_unread(const char *text)
{
	size_t length = 0;

	if (text_starts(text, HINT_START))
		return strlen(text) > CAPABILITY_MAX;
	for (const char *at = strstr(text, HINT_START); at && length <= CAPABILITY_MAX;
	     at = strstr(at + length, HINT_START))
		length = hint_length(at);
	return length > CAPABILITY_MAX;
}

void record_classify(const struct record *record, struct record_kind *ret)
{
	const char *name = record_text(record, record->name);
	const char *arch = record_text(record, record->arch);
	struct provided provided = { 0 };

	*ret = (struct record_kind){
		.source = text_equal(arch, "src") || text_equal(arch, "nosrc"),
		.well_formed =
			!record->oversized &&
			identity_is_well_formed(name, record_text(record, record->evr), arch),
	};
	for (size_t i = 0; i < record->dependency_count; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];
		const char *text = record_text(record, dependency->name);

		if (dependency->list == RECORD_PROVIDES)
			look_at_provide(text, &provided);
		/* It may take the place of a driver that is installed. */
		if (dependency->list == RECORD_OBSOLETES)
			provided.solved |= dependency_is_of_kernel(text);
		if (dependency_may_hold_hint(dependency))
			ret->unread |= has_unread(text);
	}
	/* Whoever says to be a kernel of some release is taken at its word. */
	ret->kernel = provided.release || (name_is_of_kernel(name) && provided.kernel);
	ret->driver = !ret->kernel && (name_is_of_driver(name) || provided.module);
	ret->role = ret->driver                                      ? ROLE_DRIVER
		    : name_is_of_certificate(name)                   ? ROLE_CERTIFICATE
		    : name_is_of_firmware(name) || provided.firmware ? ROLE_FIRMWARE
								     : ROLE_USERSPACE;
	ret->solved =
		ret->role != ROLE_USERSPACE || provided.solved || dependency_is_of_kernel(name);
}

/* Call FOUND with the hint that TEXT is, if it is one. */
static int try_hint(const char *text, int (*found)(void *context, const struct hint *hint),
		    void *context)
{
	auto_hint struct hint hint = { 0 };
	int r = hint_parse(text, &hint);

	if (r == -E2BIG)
		return 0;
	return r > 0 ? found(context, &hint) : r;
}

/* The hints inside the rich dependency TEXT. */
static int each_inside(const char *text, int (*found)(void *context, const struct hint *hint),
		       void *context)
{
	size_t length;
	int r = 0;

	for (const char *at = strstr(text, HINT_START); at && r == 0;
	     at = strstr(at + length, HINT_START)) {
		auto_free char *own = strndup(at, length = hint_length(at));

		r = own ? try_hint(own, found, context) : -ENOMEM;
	}
	return r;
}

int dependency_each_hint(const char *name, int (*found)(void *context, const struct hint *hint),
			 void *context)
{
	return text_starts(name, HINT_START) ? try_hint(name, found, context)
					     : each_inside(name, found, context);
}

int record_each_hint(const struct record *record,
		     int (*found)(void *context, const struct hint *hint), void *context)
{
	int r = 0;

	for (size_t i = 0; i < record->dependency_count && r == 0; i++)
		if (dependency_may_hold_hint(&record->dependencies[i]))
			r = dependency_each_hint(record_text(record, record->dependencies[i].name),
						 found, context);
	return r;
}

/* Where a part of a version begins that tells versions apart: no zero in front of a number. */
static const char *skip_idle(const char *text, const char *start)
{
	while (*text && *text != '-') {
		bool in_number = text > start && isdigit((unsigned char)text[-1]);
		bool zero = *text == '0' && !in_number && isdigit((unsigned char)text[1]);

		if (isalnum((unsigned char)*text) && !zero)
			break;
		text++;
		if (zero)
			start = text;
	}
	return text;
}

/* Separators and zeros in front of numbers count nothing (rpm: rpmio/rpmvercmp.c). */
bool release_may_be(const char *left, const char *right)
{
	const char *left_start, *right_start;

	if (!*left || !*right)
		return false;
	if (text_starts(left, "0:"))
		left += 2;
	if (text_starts(right, "0:"))
		right += 2;
	left_start = left;
	right_start = right;
	for (;;) {
		left = skip_idle(left, left_start);
		right = skip_idle(right, right_start);
		if (*left != *right)
			return !*left || !*right;
		if (!*left++)
			return true;
		right++;
	}
}

bool record_provides_release(const struct record *record, const char *release)
{
	for (size_t i = 0; i < record->dependency_count; i++) {
		const struct record_dependency *dependency = &record->dependencies[i];

		if (dependency->list == RECORD_PROVIDES &&
		    provide_is_release(record_text(record, dependency->name)) &&
		    (dependency->relation != RECORD_EQUAL ||
		     release_may_be(record_text(record, dependency->evr), release)))
			return true;
	}
	return false;
}

int diagnose_malformed(struct diagnostics *diagnostics, const char *nevra)
{
	return diagnostics_add(diagnostics, "malformed-package", nevra,
			       "a package without a proper name, version or architecture is left "
			       "out");
}

int diagnose_unread(struct diagnostics *diagnostics, const char *nevra)
{
	return diagnostics_add(diagnostics, "oversized-hint", nevra,
			       "a hint of %s has more than %d bytes and is left unread; write "
			       "several shorter modalias() instead of one",
			       nevra, CAPABILITY_MAX);
}

char *record_nevra(const struct record *record)
{
	return text_format("%s-%s.%s", record_text(record, record->name),
			   record_text(record, record->evr), record_text(record, record->arch));
}
