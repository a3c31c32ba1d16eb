/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usb - interfaces of USB devices, from their descriptors, where sysfs does not show them.
 *
 * Layer: hardware. The only user of libusb.
 */
#pragma once

#include "hardware/probe.h"

extern const struct probe probe_usb;
