/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efi-list - lists of certificates as firmware and shim keep them (UEFI 2.10, 32.4.1: signature
 * database).
 *
 * Layer: kernel. Pure.
 */
#pragma once

#include "trust/certificate.h"

/*
 * Add the X.509 certificates that the SIZE bytes at DATA list, as enrolled ones, up to the first
 * list whose sizes do not fit. 0 or -ENOMEM.
 */
int efi_list_add(const uint8_t *data, size_t size, struct certificates *list);
