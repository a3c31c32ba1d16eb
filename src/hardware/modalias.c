/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/modalias.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static bool is_bus_character(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-+.", c));
}

/* A bus, a colon and something behind it. */
static bool has_form(const char *text)
{
	const char *c = text;

	while (is_bus_character(*c))
		c++;
	return c > text && *c == ':' && c[1] != '\0';
}

/*
 * "i%02x" at the end: the kernel's pci-sysfs.c printed it in lower case once, while file2alias.c
 * has always printed patterns in upper case.
 */
static void raise_pci_interface(char *modalias)
{
	size_t length = strlen(modalias);
	char *last = modalias + length - 2;

	if (!text_starts(modalias, "pci:") || length < strlen("pci:i00"))
		return;
	if (last[-1] != 'i' || text_hex_digit(last[0]) < 0 || text_hex_digit(last[1]) < 0)
		return;
	last[0] = (char)toupper((unsigned char)last[0]);
	last[1] = (char)toupper((unsigned char)last[1]);
}

int modalias_parse(const char *text, size_t length, char **ret)
{
	auto_free char *modalias = NULL;
	auto_free char *printable = NULL;

	if (length > MODALIAS_MAX)
		return -E2BIG;
	if (memchr(text, '\0', length))
		return -EINVAL;
	modalias = strndup(text, length);
	if (!modalias)
		return -ENOMEM;
	if (!has_form(modalias))
		return -EINVAL;
	printable = text_printable(modalias);
	if (!printable)
		return -ENOMEM;
	if (strcmp(modalias, printable) != 0)
		return -EINVAL;
	raise_pci_interface(modalias);
	*ret = take(modalias);
	return 0;
}

char *modalias_bus(const char *modalias)
{
	return strndup(modalias, strcspn(modalias, ":"));
}
