/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot - the saved hardware of some machine, in any of the forms that people have it in.
 *
 * Layer: hardware. Pure: memory in, memory out.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/files.h"
#include "hardware/device.h"

enum snapshot_kind {
	SNAPSHOT_LIST, /* one modalias a line, '#' comments: what ZYPP_MODALIAS_SYSFS may name */
	SNAPSHOT_JSON, /* what `kmp-match scan --save` writes, format 1 */
	SNAPSHOT_RECORDS, /* "P: ", "E: ", ...: `udevadm info --export-db`, or umockdev's */
};

/* What TEXT is, by its first line that is neither empty nor a comment; an empty text is a list. */
enum snapshot_kind snapshot_sniff(const struct bytes *text);
/*
 * Add the devices in TEXT to LIST; NAME is for messages. Malformed lines are diagnostics of LIST.
 * 0, -EBADMSG with *RETERR set if it is none of the forms above, -E2BIG or -ENOMEM.
 */
int snapshot_read(const struct bytes *text, const char *name, struct device_list *list,
		  struct error *reterr);
