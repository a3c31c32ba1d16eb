/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names - what people call a device: pci.ids, usb.ids, udev's database, and the alias itself.
 *
 * Layer: hardware.
 */
#pragma once

struct names;

/*
 * Look names up in the database files below ROOT_FD, which is borrowed and must stay open. A file
 * is read once, when the first device of its kind is asked for; where there is none for PCI, libpci
 * looks in the places of its own. Owned; NULL if out of memory.
 */
struct names *names_new(int root_fd);
/* MODALIAS will be asked for: say so of each before names_find() of the first. 0 or -ENOMEM. */
int names_want(struct names *names, const char *modalias);
struct names *names_free(struct names *names);
/* The name for MODALIAS in *RET; owned, NULL if nothing knows it. 0 or -ENOMEM. */
int names_find(struct names *names, const char *modalias, char **ret);
/* "VENDOR MODEL", cut to DEVICE_TEXT_MAX; either may be NULL, *RET is if both are. 0, -ENOMEM. */
int names_join(const char *vendor, const char *model, char **ret);

static inline void names_release(struct names **slot)
{
	names_free(*slot);
}
#define auto_names __attribute__((cleanup(names_release)))
