/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias-fixture - aliases of a real kernel's modules, more patterns like them, and what they fit.
 */
#pragma once

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "shuffle-fixture.h"

#define ALIAS_SIZE 1024

static const char *const typical_aliases[] = {
	"pci:v00008086d000010D3sv*sd*bc*sc*i*",
	"pci:v00001000d00000072sv00001028sd00001F1Csv*bc*sc*i*",
	"pci:v*d*sv*sd*bc0Csc03i30*",
	"pci:v*d*sv*sd*bc01sc06i01*",
	"pci:v00008086d*sv*sd*bc03sc*i*",
	"usb:v0BDAp8153d*dc*dsc*dp*ic*isc*ip*in*",
	"usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*",
	"usb:v413Cp81[AB]6d*dc*dsc*dp*ic*isc*ip*in0?",
	"hid:b0003g*v0000046Dp0000C52B",
	"hid:b0005g0101v0000056Ap00000377",
	"acpi*:PNP0501:*",
	"dmi*:rvn*Kontron*:rn*ETXexpress-PC*:",
	"of:N*T*Cst,lis331dlh-accelC*",
	"cpu:type:x86,ven*fam*mod*:feature:*0081*",
	"mdio:0000000101000001000011100110????",
	"platform:dwc3",
	"virtio:d00000001v*",
	"input:b*v*p*e*-e*1,*k*2FF,*r*a*m*l*s*f*w*",
};

/* Add the aliases of the kernel that tools/fetch-kernel left, or else a few; how many. */
static inline size_t aliases_read(struct strings *ret)
{
	glob_t found = { 0 };
	char line[ALIAS_SIZE + 16], alias[ALIAS_SIZE];
	auto_file FILE *file = NULL;

	if (glob("build/kernel/root/lib/modules/*/modules.alias", 0, NULL, &found) == 0)
		file = fopen(found.gl_pathv[0], "re");
	globfree(&found);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "alias %1023s", alias) == 1)
			strings_add(ret, alias);
	}
	for (size_t i = 0; i < COUNT(typical_aliases); i++)
		strings_add(ret, typical_aliases[i]);
	return ret->count;
}

static inline char digit_drawn(unsigned int *seed)
{
	return "0123456789ABCDEF"[draw(seed, 16)];
}

static inline const char *any_of(const struct strings *strings, unsigned int *seed)
{
	unsigned long high = draw(seed, 1000);

	return strings->items[(high * 1000 + draw(seed, 1000)) % strings->count];
}

/* One that has some other digits than ALIAS. */
static inline void alias_derive(const char *alias, unsigned int *seed, char ret[ALIAS_SIZE])
{
	size_t length = strlen(alias);

	strcpy(ret, alias);
	for (unsigned int changes = 1 + draw(seed, 4); changes; changes--) {
		size_t at = draw(seed, (unsigned int)length);

		for (size_t i = 0; i < length; i++, at = (at + 1) % length) {
			if (isdigit((unsigned char)ret[at])) {
				ret[at] = digit_drawn(seed);
				break;
			}
		}
	}
}

/* What a device says whom ALIAS fits, with some digits for what it leaves open. */
static inline void alias_fitted(const char *alias, unsigned int *seed, char ret[ALIAS_SIZE])
{
	size_t at = 0;

	for (; *alias && at < ALIAS_SIZE - 8; alias++) {
		if (*alias == '[' && strchr(alias, ']')) {
			ret[at++] = alias[1];
			alias = strchr(alias, ']');
		} else if (*alias == '?') {
			ret[at++] = digit_drawn(seed);
		} else if (*alias != '*') {
			ret[at++] = *alias;
		} else {
			for (unsigned int i = 2 * draw(seed, 4); i; i--)
				ret[at++] = digit_drawn(seed);
		}
	}
	ret[at] = '\0';
}
