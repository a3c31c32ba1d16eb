/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * selection - from devices and packages to a plan: one winner per family, a reason for every other.
 *
 * Layer: select. Rejections are never withdrawn, so the rounds of solving are bounded by the number
 * of packages.
 */
#pragma once

#include "base/error.h"
#include "hardware/device.h"
#include "kernel/kernel.h"
#include "packages/catalog.h"
#include "packages/lock.h"
#include "packages/source.h"
#include "select/plan.h"
#include "select/policy.h"

struct selection;

/* Everything is borrowed for as long as the selection lives; CATALOG serves one selection only. */
int selection_new(struct catalog *catalog, const struct source *sources,
		  const struct kernel *kernel, const struct device_list *devices,
		  struct selection **ret, struct error *reterr);
struct selection *selection_free(struct selection *selection);
/* Tell each of SOURCES, those of selection_new(), what of it is too much. 0 or -ENOMEM. */
int selection_diagnose(const struct selection *selection, struct source *sources, size_t count);
/* Before the first plan: judge package ID too, though no hint of it may fit. 0 or -ENOMEM. */
int selection_consider(struct selection *selection, int id);
/* Before the first plan: leave as it is what LOCKS, borrowed, name. 0 or -ENOMEM. */
int selection_lock(struct selection *selection, const struct locks *locks);
/* Before the first plan, after the locks: follow POLICY, borrowed. 0 or -ENOMEM. */
int selection_set_policy(struct selection *selection, const struct policy *policy);
/* Before the first plan: refuse what is not signed by somebody who is trusted. */
void selection_check_signatures(struct selection *selection);
/*
 * Before the first plan: packages NEVRAS were loaded and taken back, for the reason beside each in
 * DETAILS. 0 or -ENOMEM.
 */
int selection_leave_out_undone(struct selection *selection, const struct strings *nevras,
			       const struct strings *details);
/*
 * Before the first plan: what is picked will be staged, so unknown symbols are refused and, with
 * signatures checked, an RPM that is not at hand.
 */
void selection_for_staging(struct selection *selection);
/* Before the first plan: what RPMs hold may be kept in CACHE, which is borrowed. */
void selection_use_cache(struct selection *selection, struct cache_dir *cache);
/*
 * Decide. The RPMs at hand of what is picked are looked at. *RET is borrowed and valid until the
 * next call; its packages may be filled in further (rpm_sha256, modules) by whoever opens them. 0
 * or -errno with *RETERR set.
 */
int selection_plan(struct selection *selection, struct plan **ret, struct error *reterr);
/* Package ID will not do: the next plan is made without it. DETAIL is a sentence. 0 or -ENOMEM. */
int selection_reject(struct selection *selection, int id, enum reason reason, const char *detail,
		     const char *culprit);

static inline void selection_release(struct selection **slot)
{
	selection_free(*slot);
}
#define auto_selection __attribute__((cleanup(selection_release)))
