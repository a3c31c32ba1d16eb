/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lspci - the text that `lspci -x`, -xxx and -xxxx print, before libpci reads it.
 *
 * Layer: hardware. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/files.h"
#include "base/limits.h"
#include "hardware/device.h"

/* Is the first line that is neither empty nor a comment one of lspci, "[dddd:]bb:dd.f ..."? */
bool lspci_sniff(const struct bytes *text);
/*
 * Keep of TEXT only the lines that libpci reads, each well-formed, so that nothing in it can stop
 * libpci. NAME is for diagnostics of LIST, about malformed lines of the dump. In *RET_ROWS how many
 * rows of registers there are. 0, -E2BIG over the limit above, -ENOMEM.
 */
int lspci_clean(const struct bytes *text, const char *name, struct device_list *list,
		struct bytes *ret, size_t *ret_rows);
