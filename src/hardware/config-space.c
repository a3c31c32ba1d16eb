/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/config-space.h"

#include <errno.h>

#include "base/limits.h"
#include "base/text.h"

/* Where things are: the PCI Local Bus Specification, and Linux' uapi/linux/pci_regs.h. */
enum {
	STATUS = 0x06,
	STATUS_HAS_CAPABILITIES = 0x10,
	CLASS = 0x09,
	HEADER_TYPE = 0x0e,
	SUBSYSTEM = 0x2c,
	CAPABILITIES = 0x34,
	SUBSYSTEM_OF_CARDBUS = 0x40,
	FIRST_CAPABILITY = 0x40,
	CAPABILITY_SUBSYSTEM = 0x0d,
};

enum { HEADER_NORMAL, HEADER_BRIDGE, HEADER_CARDBUS };
enum { CLASS_UNDEFINED = 0, CLASS_PCI_BRIDGE = 0x0604, CLASS_CARDBUS_BRIDGE = 0x0607 };

struct subsystem {
	uint16_t vendor, device;
};

static bool knows(const struct config_space *space, size_t at, size_t length)
{
	return at + length <= space->size;
}

static uint16_t word(const struct config_space *space, size_t at)
{
	return (uint16_t)(space->bytes[at] | space->bytes[at + 1] << 8);
}

static bool read_subsystem(const struct config_space *space, size_t at, struct subsystem *ret)
{
	if (!knows(space, at, 4))
		return false;
	ret->vendor = word(space, at);
	ret->device = word(space, at + 2);
	return true;
}

/* A bridge says it in a capability, if at all (Linux: pci_setup_device() in drivers/pci/probe.c).
 */
static bool read_subsystem_of_bridge(const struct config_space *space, struct subsystem *ret)
{
	size_t at = CAPABILITIES;

	if (!(word(space, STATUS) & STATUS_HAS_CAPABILITIES))
		return true;
	for (int i = 0; i < PCI_CAPABILITIES_MAX; i++) {
		if (!knows(space, at, 1))
			return false;
		at = space->bytes[at] & ~3u;
		if (at < FIRST_CAPABILITY)
			return true;
		if (!knows(space, at, 2))
			return false;
		if (space->bytes[at] == 0xff)
			return true;
		if (space->bytes[at] == CAPABILITY_SUBSYSTEM)
			return read_subsystem(space, at + 4, ret);
		at++;
	}
	return true;
}

/* These are what Linux takes for an empty slot (pci_bus_generic_read_dev_vendor_id()). */
static bool is_empty(const struct config_space *space)
{
	return (space->vendor == 0xffff || space->vendor == 0) &&
	       (space->device == 0xffff || space->device == 0);
}

int config_space_modalias(const struct config_space *space, char **ret, bool *ret_whole)
{
	struct subsystem subsystem = { 0, 0 };
	unsigned int interface, class;
	bool whole;

	if (!knows(space, 0, HEADER_TYPE + 1))
		return -ENODATA;
	if (is_empty(space))
		return -ENODEV;
	interface = space->bytes[CLASS];
	class = word(space, CLASS + 1);
	/* Linux takes a class that the header contradicts for none. */
	switch (space->bytes[HEADER_TYPE] & 0x7f) {
	case HEADER_NORMAL:
		whole = read_subsystem(space, SUBSYSTEM, &subsystem);
		if (class == CLASS_PCI_BRIDGE)
			interface = class = CLASS_UNDEFINED;
		break;
	case HEADER_BRIDGE:
		whole = read_subsystem_of_bridge(space, &subsystem);
		break;
	case HEADER_CARDBUS:
		whole = read_subsystem(space, SUBSYSTEM_OF_CARDBUS, &subsystem);
		if (class != CLASS_CARDBUS_BRIDGE)
			interface = class = CLASS_UNDEFINED;
		break;
	default:
		return -ENODEV;
	}
	*ret = text_format("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", space->vendor,
			   space->device, subsystem.vendor, subsystem.device, class >> 8,
			   class & 0xff, interface);
	*ret_whole = whole;
	return *ret ? 0 : -ENOMEM;
}
