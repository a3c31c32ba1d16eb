/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict - the sentence, the reason and the culprit that a package of a plan gets.
 *
 * Layer: select. Each function sets the verdict of PACKAGE, replacing an earlier one. 0 or -ENOMEM.
 */
#pragma once

#include "kernel/kernel.h"
#include "select/plan.h"
#include "select/policy.h"
#include "select/solve.h"

__attribute__((format(printf, 4, 5))) int verdict_refuse(struct plan_package *package,
							 enum reason reason, const char *culprit,
							 const char *format, ...);
/* Selected, required by, or updating CULPRIT; or installed. */
int verdict_select(struct plan_package *package, enum reason reason, const char *culprit);
/* Symbols do not fit; the numbers are in package->kabi. ABSENT: CULPRIT's exporter is not there. */
int verdict_kabi(struct plan_package *package, const struct kernel *kernel, const char *culprit,
		 bool absent);
/* The proof is against it; what was found is in package->kabi. */
int verdict_proof(struct plan_package *package, const struct kernel *kernel);
/* Its modules and those of WINNER, which ranks better, break each other by SYMBOL. */
int verdict_breaks(struct plan_package *package, const struct plan_package *winner,
		   const char *symbol);
/* Another build of the family is the better one; ORDER is that of the versions, as strcmp. */
int verdict_family(struct plan_package *loser, const struct plan_package *winner, int order);
/* Nobody who is trusted vouches for it; package->trust says how it stands. */
int verdict_trust(struct plan_package *package);
/* RULE of POLICY keeps it out. */
int verdict_policy(struct plan_package *package, const struct policy *policy,
		   const struct policy_rule *rule);
/* Another family ships MODULE too, and ranks better. */
int verdict_same_module(struct plan_package *loser, const struct plan_package *winner,
			const char *module);
/* It cannot do without REQUIRED, which may not stand beside it. */
int verdict_needs_rival(struct plan_package *package, const struct plan_package *required);
/* The solver refused it. */
int verdict_refusal(struct plan_package *package, enum refusal refusal, const char *culprit);

/* None of its hints fits a device, or all, and nothing that is selected needs it. */
int verdict_no_device(struct plan_package *package);
/*
 * No hint of it counts: there are only match-all hints, or those that fit are tied to PREFIX, which
 * is not there, or (NULL) to another condition.
 */
int verdict_by_hints(struct plan_package *package, const struct kernel *kernel, const char *prefix);
/* All its symbols are of another flavor. */
int verdict_by_flavor(struct plan_package *package, const struct kernel *kernel, bool *ret_judged);
