/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/probe.h"

#include "base/text.h"
#include "hardware/pci.h"
#include "hardware/usb.h"

const struct probe *const probes[] = {
#ifndef WITHOUT_PCI
	&probe_pci,
#endif
#ifndef WITHOUT_USB
	&probe_usb,
#endif
	NULL,
};

const struct probe *probe_find(const char *bus)
{
	for (size_t i = 0; probes[i]; i++)
		if (text_equal(probes[i]->bus, bus))
			return probes[i];
	return NULL;
}
