/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/capability.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "packages/alias-fields.h"

char *pattern_decode(const char *text)
{
	char *decoded = malloc(strlen(text) + 1);
	char *to = decoded;

	if (!decoded)
		return NULL;
	while (*text) {
		int high = -1, low = -1;

		if (text[0] == '%' && (high = text_hex_digit(text[1])) >= 0)
			low = text_hex_digit(text[2]);
		/* %00 would end the string early; libzypp's std::string keeps it, but no alias has
		 * one. */
		if (low < 0 || high * 16 + low == 0) {
			*to++ = *text++;
			continue;
		}
		*to++ = (char)(high * 16 + low);
		text += 3;
	}
	*to = '\0';
	return decoded;
}

bool pattern_is_match_all(const char *pattern)
{
	return strchr(pattern, '*') && pattern[strspn(pattern, "*?:")] == '\0';
}

/* Does the raw class that opens at TEXT[AT] cut a %XX escape in two? */
static bool class_cuts_escape(const char *text, size_t at)
{
	return (at >= 1 && text[at - 1] == '%') ||
	       (at >= 2 && text[at - 2] == '%' && text_hex_digit(text[at - 1]) >= 0);
}

/*
 * The first raw class in TEXT that stands where the generator's merging broke something: inside a
 * %XX escape, or inside a class that is itself escaped (%5B ... %5D). Where it opens, or -1;
 * *RET_END is its ']'.
 */
static long find_misplaced_class(const char *text, size_t *ret_end)
{
	bool in_class = false;

	for (size_t at = 0; text[at]; at++) {
		const char *end;

		if (strncasecmp(text + at, "%5B", 3) == 0)
			in_class = true;
		else if (strncasecmp(text + at, "%5D", 3) == 0)
			in_class = false;
		if (text[at] != '[')
			continue;
		end = strchr(text + at, ']');
		if (!end || end == text + at + 1)
			return -1;
		if (in_class || class_cuts_escape(text, at)) {
			*ret_end = (size_t)(end - text);
			return (long)at;
		}
		at = (size_t)(end - text);
	}
	return -1;
}

/* Replace the class at OPEN..END of TEXT by each of its characters, appending to ALTERNATIVES. */
static int expand_class(struct strings *alternatives, const char *text, size_t open, size_t end)
{
	for (size_t i = open + 1; i < end; i++)
		if (strings_addf(alternatives, "%.*s%c%s", (int)open, text, text[i],
				 text + end + 1) < 0)
			return -ENOMEM;
	return 0;
}

/*
 * Every spelling of TEXT without misplaced classes, still encoded.
 * 1 if there were any, 0 if not (or more spellings than HINT_PATTERNS_MAX: TEXT alone), -ENOMEM.
 */
static int expand_misplaced(const char *text, struct strings *ret)
{
	auto_strings struct strings work = { 0 };
	int repaired = 0;

	if (strings_add(&work, text) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < work.count; i++) {
		size_t end = 0;
		long open = find_misplaced_class(work.items[i], &end);

		if (open < 0) {
			if (strings_add(ret, work.items[i]) < 0)
				return -ENOMEM;
			continue;
		}
		repaired = 1;
		if (work.count + end - (size_t)open > HINT_PATTERNS_MAX) {
			strings_done(ret);
			return strings_add(ret, text) < 0 ? -ENOMEM : 0;
		}
		if (expand_class(&work, work.items[i], (size_t)open, end) < 0)
			return -ENOMEM;
	}
	return repaired;
}

static int add_decoded(struct strings *patterns, const char *encoded)
{
	auto_free char *decoded = NULL;

	if (!strchr(encoded, '%'))
		return strings_add(patterns, encoded);
	decoded = pattern_decode(encoded);
	return decoded ? strings_add(patterns, decoded) : -ENOMEM;
}

/*
 * What TEXT stands for, decoded. 1 if that took a repair, 0 if not, -ENOMEM.
 */
static int add_patterns(struct strings *patterns, const char *text)
{
	auto_strings struct strings encoded = { 0 };
	int repaired;

	/* So it is with nearly all. */
	if (!strchr(text, '['))
		return add_decoded(patterns, text);
	repaired = expand_misplaced(text, &encoded);
	for (size_t i = 0; i < encoded.count && repaired >= 0; i++)
		if (add_decoded(patterns, encoded.items[i]) < 0)
			return -ENOMEM;
	return repaired;
}

/* As written stays too: what libzypp would match is never lost. */
static int add_raised(struct hint *hint)
{
	size_t count = hint->patterns.count;

	for (size_t i = 0; i < count; i++) {
		auto_free char *raised = NULL;
		int r = alias_fields_raise(hint->patterns.items[i], &raised);

		if (r < 0 || (r > 0 && strings_add(&hint->patterns, raised) < 0))
			return -ENOMEM;
		if (r > 0)
			hint->repairs |= HINT_LOWER_CASE;
	}
	return 0;
}

/* Buses whose aliases come without a prefix now and then, see kernel: scripts/mod/file2alias.c. */
static const char buses[][12] = {
	"acpi",  "amba",     "ap",       "auxiliary", "bcma",     "ccw",    "cdx",   "cpu",
	"css",   "dfl",      "dmi",      "eisa",      "hdaudio",  "hid",    "i2c",   "input",
	"ipack", "ishtp",    "mdio",     "mei",       "mhi",      "of",     "pci",   "pcmcia",
	"pnp",   "parisc",   "platform", "scsi",      "rapidio",  "sdio",   "serio", "spi",
	"ssam",  "ssb",      "tee",      "typec",     "ulpi",     "usb",    "vio",   "virtio",
	"vmbus", "wmi",      "zorro",    "x86cpu",    "ieee1394", "fsl-mc", "rpmsg", "slim",
	"sdw",   "coreboot",
};

bool hint_prefix_is_bus(const char *prefix)
{
	size_t length = strcspn(prefix, "*?[%");

	if (length == 0 || length >= sizeof(buses[0]))
		return false;
	for (size_t i = 0; i < COUNT(buses); i++)
		if (*buses[i] == *prefix && strncmp(prefix, buses[i], length) == 0 &&
		    buses[i][length] == '\0')
			return true;
	return false;
}

int hint_make(const char *prefix, const char *pattern, struct hint *ret)
{
	auto_hint struct hint hint = { 0 };
	int r;

	if (prefix && hint_prefix_is_bus(prefix)) {
		hint.text = text_format("%s:%s", prefix, pattern);
		hint.repairs = HINT_UNPREFIXED;
	} else {
		hint.text = strdup(pattern);
		hint.prefix = prefix ? strdup(prefix) : NULL;
		if (prefix && !hint.prefix)
			return -ENOMEM;
	}
	if (!hint.text)
		return -ENOMEM;
	r = add_patterns(&hint.patterns, hint.text);
	if (r < 0)
		return -ENOMEM;
	if (r > 0)
		hint.repairs |= HINT_MERGED_ESCAPE;
	if (add_raised(&hint) < 0)
		return -ENOMEM;
	hint.match_all = pattern_is_match_all(hint.patterns.items[0]);
	*ret = hint;
	hint = (struct hint){ 0 };
	return 0;
}

int hint_parse(const char *text, struct hint *ret)
{
	static const char open[] = "modalias(";
	size_t length = strnlen(text, CAPABILITY_MAX + 1);
	auto_free char *inner = NULL;
	char *colon;
	int r;

	if (!text_starts(text, open))
		return 0;
	if (length > CAPABILITY_MAX)
		return -E2BIG;
	/* One character and a final ')' are the least that libsolv looks at (src/suse.c). */
	if (length < sizeof(open) - 1 + 2 || text[length - 1] != ')')
		return 0;
	inner = strndup(text + sizeof(open) - 1, length - sizeof(open));
	if (!inner)
		return -ENOMEM;
	colon = strchr(inner, ':');
	if (colon && colon != inner && strchr(colon + 1, ':')) {
		*colon = '\0';
		r = hint_make(inner, colon + 1, ret);
	} else {
		r = hint_make(NULL, inner, ret);
	}
	return r < 0 ? r : 1;
}

void hint_done(struct hint *hint)
{
	free(hint->text);
	free(hint->prefix);
	strings_done(&hint->patterns);
	*hint = (struct hint){ 0 };
}

bool ksym_parse(const char *name, struct ksym *ret)
{
	const char *inner, *colon;
	size_t length;

	if (!text_starts(name, "ksym("))
		return false;
	length = strnlen(name, CAPABILITY_MAX);
	if (length == CAPABILITY_MAX || name[length - 1] != ')')
		return false;
	inner = name + strlen("ksym(");
	colon = strchr(inner, ':');
	/* Before 2008 the flavor was left out: "ksym(symbol)"; no kernel provides those. */
	if (!colon || colon == inner || colon[1] == ')')
		return false;
	*ret = (struct ksym){
		.flavor = inner,
		.flavor_length = (size_t)(colon - inner),
		.symbol = colon + 1,
		.symbol_length = (size_t)(name + length - 1 - (colon + 1)),
	};
	return true;
}

bool ksym_is_of(const struct ksym *ksym, const char *flavor)
{
	return strncmp(ksym->flavor, flavor, ksym->flavor_length) == 0 &&
	       flavor[ksym->flavor_length] == '\0';
}

int kmod_parse(const char *name, char **ret)
{
	auto_free char *inner = NULL;
	auto_free char *module = NULL;

	if (!text_starts(name, "kmod(") || !text_ends(name, ")"))
		return 0;
	inner = strndup(name + strlen("kmod("), strlen(name) - strlen("kmod()"));
	module = inner ? text_module_name(inner) : NULL;
	if (!module)
		return -ENOMEM;
	if (!*module)
		return 0;
	*ret = take(module);
	return 1;
}

bool crc_parse(const char *text, uint32_t *ret)
{
	uint64_t crc = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (*text == '\0')
		return false;
	for (; *text; text++) {
		int digit = text_hex_digit(*text);

		if (digit < 0)
			return false;
		crc = crc * 16 + (uint64_t)digit;
		if (crc > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)crc;
	return true;
}
