/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fuzz.h"
#include "packages/capability.h"
#include "packages/driver.h"

static void check_hint(const struct hint *hint)
{
	promise(hint->text && hint->patterns.count > 0);
	promise(hint->patterns.count <= 2 * HINT_PATTERNS_MAX);
	promise(!hint->prefix || *hint->prefix);
	for (size_t i = 0; i < hint->patterns.count; i++) {
		const char *pattern = hint->patterns.items[i];

		promise(!hint->match_all || pattern_is_match_all(pattern));
		/* What was repaired may be longer than what stands there only by its own parts. */
		promise(hint->repairs || strlen(pattern) <= strlen(hint->text));
	}
}

static void check_names(const char *text)
{
	auto_free char *module = NULL, *decoded = NULL;
	struct ksym ksym;
	uint32_t crc;
	int r;

	promise(!ksym_parse(text, &ksym) ||
		(ksym.flavor_length && ksym.symbol_length && ksym.flavor > text &&
		 !memchr(ksym.flavor, ':', ksym.flavor_length) &&
		 ksym.symbol + ksym.symbol_length == text + strlen(text) - 1));
	r = kmod_parse(text, &module);
	promise(r == 0 || (r == 1 && *module && !strchr(module, '-')));
	promise(!crc_parse(text, &crc) || isxdigit((unsigned char)*text));
	decoded = pattern_decode(text);
	promise(decoded && strlen(decoded) <= strlen(text));
	promise(strchr(text, '%') || text_equal(decoded, text));
}

/* Name and version stand on two lines. */
static void check_kmp(const char *text)
{
	const char *end = strchr(text, '\n');
	auto_free char *name = end ? strndup(text, (size_t)(end - text)) : strdup(text);
	auto_free char *family = NULL, *flavor = NULL, *build = NULL, *nevra = NULL;

	promise(driver_parse_name(name, end ? end + 1 : "1", &family, &flavor, &build) == 0);
	nevra = driver_nevra(name, 1, "1", "1", "noarch");
	promise(nevra && text_starts(nevra, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes bytes = fuzz_bytes(data, size);
	const char *text = (const char *)bytes.data;
	auto_hint struct hint hint = { 0 };
	int r = hint_parse(text, &hint);

	promise(r == 0 || (r == 1 && text_starts(text, "modalias(")) ||
		(r == -E2BIG && size > CAPABILITY_MAX));
	if (r == 1)
		check_hint(&hint);
	check_names(text);
	check_kmp(text);
	return 0;
}
