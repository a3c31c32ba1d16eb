/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checksum - a sum of 64 bits by which damage is found, at the speed of memory. No digest: who
 * wants to can make two texts of one sum.
 *
 * Layer: base.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Differs for sure if at most one aligned group of 8 bytes does; of this machine's byte order. */
uint64_t checksum(const void *data, size_t size);
