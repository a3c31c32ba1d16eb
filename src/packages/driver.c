/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/driver.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

const char *driver_role_id(enum driver_role role)
{
	static const char *const ids[] = {
		[ROLE_DRIVER] = "driver",
		[ROLE_FIRMWARE] = "firmware",
		[ROLE_CERTIFICATE] = "certificate",
		[ROLE_USERSPACE] = "userspace",
	};

	return ids[role];
}

static const char *last_occurrence(const char *text, const char *needle)
{
	const char *last = NULL;

	for (const char *at = strstr(text, needle); at; at = strstr(at + 1, needle))
		last = at;
	return last;
}

/* How many numbers with dots between them TEXT begins with: 3 for "6.4.0_150600". */
static int count_numbers(const char *text)
{
	int numbers = 0;

	while (isdigit((unsigned char)*text)) {
		numbers++;
		while (isdigit((unsigned char)*text))
			text++;
		if (*text == '.')
			text++;
	}
	return numbers;
}

/* The last MARK that a kernel's version follows, as in "_k6.4"; "net-k2" holds none. */
static const char *last_mark(const char *text, const char *end, const char *mark)
{
	const char *last = NULL;
	size_t length = strlen(mark);

	for (const char *at = text; at + length < end; at++)
		if (strncmp(at, mark, length) == 0 && count_numbers(at + length) >= 2)
			last = at;
	return last;
}

/*
 * In SLE 10 and 11 the kernel's version stood behind a plain '_': "1.3.0pre11_2.6.25.16_0.1".
 * It has at least three numbers, which keeps other uses of '_' apart.
 */
static const char *old_style_kernel_version(const char *version)
{
	for (const char *at = strchr(version, '_'); at; at = strchr(at + 1, '_'))
		if (count_numbers(at + 1) >= 3)
			return at + 1;
	return NULL;
}

/* "6.4.0_150600.21" and "default" make "6.4.0-150600.21-default". */
static char *release_of(const char *kernel_version, size_t length, const char *flavor)
{
	char *release = text_format("%.*s-%s", (int)length, kernel_version, flavor);

	for (size_t i = 0; release && i < length; i++)
		if (release[i] == '_')
			release[i] = '-';
	return release;
}

int driver_parse_name(const char *name, const char *version, char **ret_family, char **ret_flavor,
		      char **ret_build_release)
{
	const char *kmp = last_occurrence(name, "-kmp-");
	const char *name_end = name + strlen(name);
	const char *base_end, *flavor_end = name_end;
	const char *base_kernel, *flavor_kernel, *kernel;
	auto_free char *family = NULL;
	auto_free char *flavor = NULL;
	auto_free char *release = NULL;
	size_t length;

	if (!kmp || kmp == name || kmp + strlen("-kmp-") == name_end) {
		*ret_family = strdup(name);
		return *ret_family ? 0 : -ENOMEM;
	}
	/* "-k<version>" may stand in the base name, or behind the flavor (kmp-format.md 5). */
	base_kernel = last_mark(name, kmp, "-k");
	flavor_kernel = last_mark(kmp + strlen("-kmp-"), name_end, "-k");
	base_end = base_kernel ? base_kernel : kmp;
	if (flavor_kernel)
		flavor_end = flavor_kernel;
	flavor = strndup(kmp + strlen("-kmp-"), (size_t)(flavor_end - kmp) - strlen("-kmp-"));
	if (!flavor)
		return -ENOMEM;
	family = text_format("%.*s-kmp-%s", (int)(base_end - name), name, flavor);
	if (!family)
		return -ENOMEM;

	kernel = last_mark(version, version + strlen(version), "_k");
	if (kernel)
		kernel += 2;
	length = kernel ? strlen(kernel) : 0;
	if (!kernel && base_kernel) {
		kernel = base_kernel + 2;
		length = (size_t)(kmp - kernel);
	} else if (!kernel && flavor_kernel) {
		kernel = flavor_kernel + 2;
		length = strlen(kernel);
	} else if (!kernel && (kernel = old_style_kernel_version(version))) {
		length = strlen(kernel);
	}
	if (kernel) {
		release = release_of(kernel, length, flavor);
		if (!release)
			return -ENOMEM;
	}
	*ret_family = take(family);
	*ret_flavor = take(flavor);
	*ret_build_release = take(release);
	return 0;
}

char *driver_nevra(const char *name, unsigned long epoch, const char *version, const char *release,
		   const char *arch)
{
	if (epoch)
		return text_format("%s-%lu:%s-%s.%s", name, epoch, version, release, arch);
	return text_format("%s-%s-%s.%s", name, version, release, arch);
}

void driver_done(struct driver *driver)
{
	free(driver->nevra);
	free(driver->name);
	free(driver->version);
	free(driver->release);
	free(driver->arch);
	free(driver->vendor);
	free(driver->location);
	free(driver->elsewhere);
	free(driver->checksum);
	free(driver->checksum_type);
	free(driver->family);
	free(driver->flavor);
	free(driver->build_release);
	for (size_t i = 0; i < driver->hint_count; i++)
		hint_done(&driver->hints[i]);
	free(driver->hints);
	free(driver->symbols);
	free(driver->exports);
	free(driver->symbol_text);
	strings_done(&driver->modules);
	diagnostics_done(&driver->diagnostics);
	*driver = (struct driver){ 0 };
}
