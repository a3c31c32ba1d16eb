/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/release.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool release_is_valid(const char *text)
{
	size_t length = strlen(text);

	if (!is_digit(*text) || length > RELEASE_MAX)
		return false;
	for (; *text; text++)
		if (!isascii(*text) || (!isalnum(*text) && !strchr(".-_+~", *text)))
			return false;
	return true;
}

/* Digits at *TEXT by value, whatever their number: fewer significant ones are less. */
static int compare_numbers(const char **left, const char **right)
{
	size_t left_length, right_length;
	int r;

	*left += strspn(*left, "0");
	*right += strspn(*right, "0");
	left_length = strspn(*left, "0123456789");
	right_length = strspn(*right, "0123456789");
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	r = memcmp(*left, *right, left_length);
	*left += left_length;
	*right += right_length;
	return r;
}

static bool at_candidate(const char *text)
{
	return text_starts(text, "rc") && is_digit(text[2]);
}

int release_compare(const char *left, const char *right)
{
	while (*left || *right) {
		if (at_candidate(left) != at_candidate(right))
			return at_candidate(left) ? -1 : 1;
		if (is_digit(*left) && is_digit(*right)) {
			int r = compare_numbers(&left, &right);

			if (r != 0)
				return r;
			continue;
		}
		if (*left != *right)
			return (unsigned char)*left < (unsigned char)*right ? -1 : 1;
		left++;
		right++;
	}
	return 0;
}

/* Length of a "rc[0-9]+" or "[0-9][0-9a-z.]*" that ends at a '-', or 0. */
static size_t version_part(const char *text)
{
	size_t length = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz.");

	if (at_candidate(text))
		length = 2 + strspn(text + 2, "0123456789");
	else if (!is_digit(*text))
		return 0;
	return text[length] == '-' ? length : 0;
}

char *release_flavor(const char *release)
{
	size_t part = strspn(release, "0123456789.");

	if (!is_digit(*release) || release[part] != '-')
		return NULL;
	do {
		release += part + 1;
		part = version_part(release);
	} while (part > 0);
	return *release == '\0' || strchr(release, '.') ? NULL : strdup(release);
}

/* The first LENGTH bytes of TEXT if they are a release; owned. */
static char *take_release(const char *text, size_t length)
{
	auto_free char *copy = strndup(text, length);

	return copy && release_is_valid(copy) ? take(copy) : NULL;
}

/* "symvers-REL", with the suffix of any compression. */
static char *of_symvers(const char *name)
{
	static const char *const suffixes[] = { ".gz", ".xz", ".zst" };
	size_t length;

	if (!text_starts(name, "symvers-"))
		return NULL;
	name += strlen("symvers-");
	length = strlen(name);
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (text_ends(name, suffixes[i]))
			length = strlen(name) - strlen(suffixes[i]);
	return take_release(name, length);
}

/* PART is "linux-VERSION-obj/ARCH/FLAVOR" (kernel-source: rpm/kernel-binary.spec.in). */
static char *of_object_tree(const char *part)
{
	size_t length = strcspn(part, "/");
	const char *version = part + strlen("linux-"), *flavor;
	auto_free char *release = NULL;

	if (length <= strlen("linux--obj") || strncmp(part + length - 4, "-obj", 4) != 0)
		return NULL;
	flavor = part + length + strspn(part + length, "/");
	flavor += strcspn(flavor, "/");
	flavor += strspn(flavor, "/");
	if (*flavor == '\0')
		return NULL;
	release = text_format("%.*s-%.*s", (int)(length - strlen("linux--obj")), version,
			      (int)strcspn(flavor, "/"), flavor);
	return release && release_is_valid(release) ? take(release) : NULL;
}

char *release_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *release = of_symvers(slash ? slash + 1 : path);

	for (const char *part = path; !release && *part;) {
		if (text_starts(part, "linux-headers-")) {
			part += strlen("linux-headers-");
			release = take_release(part, strcspn(part, "/"));
		} else if (text_starts(part, "lib/modules/")) {
			part += strlen("lib/modules/");
			release = take_release(part, strcspn(part, "/"));
		} else if (text_starts(part, "linux-")) {
			release = of_object_tree(part);
		}
		part += strcspn(part, "/");
		part += strspn(part, "/");
	}
	return release;
}
