/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rank - which of two packages is the better one for a machine: a total order, input order apart.
 *
 * Layer: select. Pure.
 */
#pragma once

#include "select/plan.h"

/*
 * How closely PATTERN names its hardware: 4 subsystem, 3 device, 2 vendor, 1 class, 0 wildcard.
 * For pci and usb by their fields; elsewhere 3 if the text is literal but for a last '*', 2 if
 * some of it is, 0 if none.
 */
int rank_specificity(const char *pattern);
/*
 * Negative if LEFT is better than RIGHT, positive if worse; 0 only for the same package. Compares
 * policy, trust, closeness, specificity, repository priority, version (by VERSION_ORDER, as
 * strcmp), name.
 */
int rank_compare(const struct plan_package *left, const struct plan_package *right,
		 int version_order);
/* Its parts in the order in which they count: "policy 0, trust 0, ...". Owned; NULL if no memory.
 */
char *rank_text(const struct rank *rank);
/* The part of the rank that decides between the two: "policy", ..., "version" or "name". */
const char *rank_decider(const struct plan_package *left, const struct plan_package *right,
			 int version_order);
