/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config-space - the registers of a PCI device, and the modalias that the kernel makes of them.
 *
 * Layer: hardware. Pure: memory in, memory out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What every PCI device has; PCI Express adds more, in which nothing says what a device is. */
#define CONFIG_SPACE_SIZE 256

struct config_space {
	uint16_t vendor; /* known apart: virtual functions have 0xffff in their registers */
	uint16_t device;
	uint8_t bytes[CONFIG_SPACE_SIZE];
	size_t size; /* how many of the bytes are known: users other than root see 64 */
};

/*
 * The modalias in *RET, owned. *RET_WHOLE is false if the ids of the subsystem lie behind the bytes
 * that are known, and stand in it as 0.
 * 0, -ENODATA if too little is known, -ENODEV if the kernel would make no device of it, -ENOMEM.
 */
int config_space_modalias(const struct config_space *space, char **ret, bool *ret_whole);
