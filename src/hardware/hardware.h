/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hardware - the devices of this machine, of a snapshot, or of a union of snapshots.
 *
 * Layer: hardware. The entry of the folder; the readers behind it are one file each.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "hardware/device.h"

/*
 * Read the SOURCES (paths as the user typed them; "-" is stdin; each sniffed by content) into
 * *RET, finished (device_list_finish()); no source stands for this machine. Names are looked up.
 * Malformed lines are diagnostics of the list. 0, or -errno with *RETERR set.
 */
int hardware_read(const struct strings *sources, struct device_list *ret, struct error *reterr);
