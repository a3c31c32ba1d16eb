/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci - PCI devices as libpci finds them: below a sysfs that is silent, without one, in dumps.
 *
 * Layer: hardware. The only user of libpci.
 */
#pragma once

#include "hardware/probe.h"

/** Most parameters of libpci that a way in needs. */
#define PCI_PARAMETERS 2

/* One of libpci's ways to the devices of a machine: see `lspci -A help` and `lspci -O help`. */
struct pci_way {
	const char *method;
	bool drivers; /* it knows bound drivers: libpci 3.9 by linux-proc takes a size for one */
	struct {
		const char *name;
		const char *value;
	} parameters[PCI_PARAMETERS]; /* to have it look elsewhere; name NULL: not used */
};

/*
 * Add the devices that libpci finds by WAY. 1, 0 if this libpci or this machine does not have it,
 * -E2BIG or -ENOMEM.
 */
int pci_read_by(const struct pci_way *way, struct device_list *list);

extern const struct probe probe_pci;
