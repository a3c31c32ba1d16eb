/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias-fields - the fields of pci and usb aliases, as a kernel spells them.
 *
 * Layer: packages. Pure: memory in, memory out.
 */
#pragma once

/*
 * PATTERN with the hex digits of its fields in upper case, the only case that a kernel writes.
 * 1 and an owned copy if that changed anything; 0 if not, or if PATTERN is of another bus or has no
 * such fields; -ENOMEM.
 */
int alias_fields_raise(const char *pattern, char **ret);
